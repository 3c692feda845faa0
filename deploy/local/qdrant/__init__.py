"""Qdrant for the local stack: its engine, embedded, behind the part of its REST API that this platform uses.

The engine (``qdrant-edge-py``) is Qdrant's own; no package registry carries the server. What a client can see follows
the public REST API (https://api.qdrant.tech), so that the same code runs against a server. Known differences, all
deliberate: one node and one shard, no gRPC, no snapshots, exact search only (``EdgeShard.optimize``, which builds the
HNSW graph, holds the interpreter until it is done), and 400 or 404 with a clear sentence for what is not there.
"""
