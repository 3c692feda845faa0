"""All collections and aliases of one data folder."""

import shutil
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import uuid4

import orjson
from qdrant_client.http import models

from deploy.local.qdrant.collection import Collection
from deploy.local.qdrant.disk import lock, sync_folder, write_whole
from deploy.local.qdrant.failures import BadInputError, ConflictError, NotFoundError

_FORBIDDEN = set('<>:"/\\|?*\0\x1f')


class Storage:
    """Collections by name, aliases over them. Blocks; called from one thread.

    A collection is made and removed by one rename, the aliases are one file: a crash leaves the old state or the new.
    """

    def __init__(self, folder: Path) -> None:
        """Open everything in ``folder``, creating it if needed. Raises ``UserError`` if another process has it."""
        self._collections_folder = folder / "collections"
        self._collections_folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock(folder)
        self._aliases_file = folder / "aliases.json"
        self._aliases: dict[str, str] = (
            orjson.loads(self._aliases_file.read_bytes()) if self._aliases_file.exists() else {}
        )
        for unfinished in self._collections_folder.glob(".*"):
            shutil.rmtree(unfinished)
        self._collections = {
            unquote(path.name): Collection.load(path) for path in sorted(self._collections_folder.iterdir())
        }

    @property
    def names(self) -> list[str]:
        """The collections' own names, sorted."""
        return sorted(self._collections)

    def aliases(self, of: str | None = None) -> list[dict[str, str]]:
        """Alias descriptions, of one collection or of all."""
        return [
            {"alias_name": alias, "collection_name": name}
            for alias, name in sorted(self._aliases.items())
            if of is None or name == of
        ]

    def exists(self, name: str) -> bool:
        """Whether ``name`` is a collection or an alias of one."""
        return self._aliases.get(name, name) in self._collections

    def get(self, name: str) -> Collection:
        """The collection of a name or alias. Raises ``NotFoundError``."""
        collection = self._collections.get(self._aliases.get(name, name))
        if collection is None:
            raise NotFoundError(f"Collection `{name}` doesn't exist!")
        return collection

    def create(self, name: str, request: models.CreateCollection) -> None:
        """Raises ``ConflictError`` if there is one of that name, ``BadInputError`` for a name or request it refuses."""
        if not 0 < len(name) <= 255 or _FORBIDDEN & set(name):
            raise BadInputError(f"the collection name {name!r} is empty, too long or holds a forbidden character")
        if name in self._collections:
            raise ConflictError(f"Collection `{name}` already exists!")
        if name in self._aliases:
            raise BadInputError(f"Can't create collection with name {name}. Alias with the same name already exists")
        draft = self._collections_folder / f".{uuid4().hex}"
        draft.mkdir()
        Collection.create(draft, request)
        self._collections[name] = Collection.load(self._rename(draft, self._folder(name)))

    def delete(self, name: str) -> bool:
        """Remove a collection and its aliases; ``False`` if there is none of that own name."""
        collection = self._collections.pop(name, None)
        if collection is None:
            return False
        self._keep_aliases({alias: of for alias, of in self._aliases.items() if of != name})
        collection.close()
        shutil.rmtree(self._rename(self._folder(name), self._collections_folder / f".{uuid4().hex}"))
        return True

    def change_aliases(self, actions: list[models.AliasOperations]) -> None:
        """All of ``actions`` in order, or none. Raises ``NotFoundError`` or ``BadInputError``."""
        changed = dict(self._aliases)
        for action in actions:
            match action:
                case models.CreateAliasOperation(create_alias=asked):
                    if asked.collection_name not in self._collections:
                        raise NotFoundError(f"Collection `{asked.collection_name}` doesn't exist!")
                    if asked.alias_name in self._collections:
                        raise BadInputError(
                            f"Can't create alias {asked.alias_name}. Collection with the same name already exists"
                        )
                    changed[asked.alias_name] = asked.collection_name
                case models.DeleteAliasOperation(delete_alias=dropped):
                    changed.pop(dropped.alias_name, None)
                case models.RenameAliasOperation(rename_alias=renamed):
                    if renamed.old_alias_name not in changed:
                        raise NotFoundError(f"Alias {renamed.old_alias_name} does not exists!")
                    changed[renamed.new_alias_name] = changed.pop(renamed.old_alias_name)
        self._keep_aliases(changed)

    def flush(self) -> None:
        """Make every change so far survive a crash of the machine."""
        for collection in self._collections.values():
            collection.flush()

    def close(self) -> None:
        """Flush and close every collection."""
        for collection in self._collections.values():
            collection.close()

    def _folder(self, name: str) -> Path:
        # A leading dot marks what is unfinished or being removed.
        quoted = quote(name, safe="")
        return self._collections_folder / (f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted)

    def _rename(self, old: Path, new: Path) -> Path:
        old.replace(new)
        sync_folder(self._collections_folder)
        return new

    def _keep_aliases(self, aliases: dict[str, str]) -> None:
        if aliases != self._aliases:
            write_whole(self._aliases_file, aliases)
            self._aliases = aliases
