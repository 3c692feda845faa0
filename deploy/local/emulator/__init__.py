"""bqemulator with twelve changes that a steady stream of small appends needs; its command line is the emulator's own.

Measured with bqemulator 1.4.0. Connections (``connections.py``):

- It gives all threads one DuckDB connection. An append beside a query can get the other's result, and soon the two wait
  for each other for ever. Here each thread has a connection of its own to the same database.
- Each open append connection holds a thread, of six in all on two cores; the seventh connection would wait for ever.
- It closes an HTTP connection that was idle for 5 s, even when a request has arrived on it that it has yet to read, and
  google's client keeps its connections: at that moment 8 of 180 requests to a busy emulator were reset. Here they stay.
- DuckDB splits each statement over all cores. For appends of a few rows that costs a third more and gains nothing.

Appends (``appends.py``):

- After each append it copies the whole table, for time travel: 22 ms an append at 300 rows, 320 ms at 100,000, and half
  a gigabyte of disk after 360 appends. Here no copies are made, so ``FOR SYSTEM_TIME AS OF`` has nothing to go back to.
- After each append it rewrites the table's description for the count of its rows, which takes as long as the append.
  Here ``numRows`` of a table stays what the last job other than an append made it.
- It makes columns of the rows a value at a time: 46 us of processor time for a row of 18 columns. Here a column at a
  time (``rows.py``): 7 us.

Queries (``queries.py``):

- It runs a statement on the event loop that carries every other request and append. Here it runs in a thread.
- It translates each statement anew, and parses it about 14 times: 25 to 30 ms of processor time for the view of current
  rows. Here the translation of a text is kept until a table, view, routine or policy changes.
- It replaces a view in a query by the view's text, to look for row access policies in it. Here, while there is no such
  policy, the view that DuckDB has is used.
- It answers a query that failed with success and an error beside it, which BigQuery's client does not look at: what
  failed would pass for done. Here a query fails as BigQuery's do, with an HTTP status.
- It writes each query as a job into its catalogue, a durable transaction, and keeps each result for ever. Here jobs are
  kept in memory, the last 10,000 of them.
"""
