"""When a person must take over, by rules that are data, and the sealed summary the person is given."""
