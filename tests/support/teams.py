"""A Teams channel's options on the fake."""

from tests.fakes.teams import ALERTS, APP_ID, PASSWORD, TENANT


def options(fake, **more):
    """Valid ones for our Teams."""
    return {
        "app_id": APP_ID,
        "app_password": PASSWORD,
        "tenant": TENANT,
        "channels": [ALERTS],
        "listen": "127.0.0.1:0",
        "service_url": fake.origin,
        "login_url": fake.origin,
        "keys_url": f"{fake.origin}/openid",
        **more,
    }
