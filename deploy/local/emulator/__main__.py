"""``python -m deploy.local.emulator start ...``: bqemulator's command line, with the changes applied first."""

from bqemulator.cli import main

from deploy.local.emulator import appends, connections, queries, rows

if __name__ == "__main__":
    for changes in (connections, appends, rows, queries):
        changes.apply()
    main()
