"""What every station needs: settings, Kafka, Faust, retry, dead letters, clock, metrics, logging."""
