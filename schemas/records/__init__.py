"""Record types: ``TypedDict``s, which is what decoding Avro gives, so a processor's values are typed at no cost."""
