"""Avro's binary, read and written faster than a value at a time; fastavro is the measure of what is right."""
