"""Uploaded zip archives, unpacked once for each content."""

import hashlib
import io
import shutil
import tempfile
import zipfile
from pathlib import Path


class Archives:
    """A folder of unpacked archives, named by the hash of what they hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def unpack(self, content: bytes) -> Path:
        """Gives the folder that holds an archive's files, unpacking it on first sight.

        Modes are kept, because a layer may hold programs. The folder appears complete or not at all.

        Args:
            content: bytes of a zip file.

        Returns:
            The folder.

        Raises:
            zipfile.BadZipFile: the bytes are no zip file.
        """
        target = self._folder / hashlib.sha256(content).hexdigest()[:32]
        if target.is_dir():
            return target
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for entry in archive.infolist():
                    path = Path(archive.extract(entry, partial))
                    mode = (entry.external_attr >> 16) & 0o777
                    if mode:
                        path.chmod(mode | 0o700 if path.is_dir() else mode | 0o600)
            partial.chmod(0o755)
            partial.rename(target)
        except OSError:
            if not target.is_dir():  # another thread was faster
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return target
