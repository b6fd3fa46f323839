"""Which certificates are trusted: the one loader of `ca_file`."""

import ssl

import httpx


def trusting(ca_file: str = "", *, environment: bool = False) -> ssl.SSLContext:
    """The public certificates and those of `ca_file` ("": none).

    With `environment` those of SSL_CERT_FILE and SSL_CERT_DIR stand for the public ones, where they are set. Raises
    OSError (ssl.SSLError too) for a file that cannot be read as certificates.
    """
    context = httpx.create_ssl_context(trust_env=environment)
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
