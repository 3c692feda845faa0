# The BigQuery emulator with the changes of deploy/local/emulator/, for a platform without a cloud project.
FROM python:3.11-slim-bookworm
WORKDIR /build
COPY requirements/uv.txt requirements/dev.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && uv pip install --system --require-hashes -r requirements/dev.txt \
 && useradd --system --uid 10001 --create-home balcao && mkdir /data && chown balcao /data
COPY . .
RUN uv pip install --system --no-deps --no-build-isolation .
USER balcao
WORKDIR /home/balcao
RUN python -c "import duckdb, duckdb_extensions as e; con = duckdb.connect(); e.import_extension('spatial', con=con); e.import_extension('avro', con=con)"
EXPOSE 9050 9060
CMD ["python", "-m", "deploy.local.emulator", "start", "--persistent", "--data-dir", "/data", "--rest-host", "0.0.0.0", "--rest-port", "9050", "--grpc-host", "0.0.0.0", "--grpc-port", "9060", "--project", "balcao"]
