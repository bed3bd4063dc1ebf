"""Certificates for 127.0.0.1, good for a day, made with the openssl command."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple, Optional, Union


class Certificate(NamedTuple):
    """PEM files."""

    certificate: Path
    key: Path


def _openssl(*arguments: Union[str, Path]) -> None:
    if shutil.which("openssl") is None:
        raise AssertionError("openssl is not there; install it (apt-get install openssl)")
    made = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert made.returncode == 0, f"openssl {arguments[0]}: {made.stderr}"


def authority(folder: Path, name: str) -> Certificate:
    """A root that signs others."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", f"/CN={name}", "-keyout", made.key, "-out", made.certificate)
    return made


def signed(by: Certificate, folder: Path, name: str) -> Certificate:
    """For a server at 127.0.0.1 or a client."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
    _openssl(
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
        "-keyout", made.key, "-out", request)
    _openssl(
        "x509", "-req", "-in", request, "-CA", by.certificate, "-CAkey", by.key, "-CAcreateserial", "-days", "1",
        "-extfile", extensions, "-out", made.certificate)
    return made


def trusting(root: Certificate, shown: Optional[Certificate] = None) -> ssl.SSLContext:
    """A client that trusts one root alone, and shows a certificate where it has one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(root.certificate)
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    return context
