"""Muban's own API, which plays the people around the client: who makes the
app, and who fills in its forms and reads its messages."""

import json
import urllib.error
import urllib.parse
import urllib.request


class Native:
    def __init__(self, base):
        self.base = base

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code}: {error.read().decode()}") from None
        return json.loads(text) if text else None

    def create_app(self, name, public_key):
        """Makes an app that signs with the other half of public_key."""
        return self.call("POST", "/api/v1/apps", {"platform": "alipay", "name": name, "app_public_key": public_key})

    def change_app(self, app_id, **change):
        return self.call("PATCH", app_path(app_id), change)

    def create_user(self, app_id, name):
        return self.call("POST", app_path(app_id, "users"), {"name": name})

    def create_template(self, app_id, **template):
        return self.call("POST", app_path(app_id, "templates"), template)

    def delete_template(self, app_id, template_id):
        self.call("DELETE", app_path(app_id, "templates", template_id))

    def mint(self, app_id, user, kind):
        """Makes a grant and answers its id: what the platform calls form_id or trade_no."""
        return self.call("POST", app_path(app_id, "grants"), {"user": user, "kind": kind})["grants"][0]["id"]

    def delivered(self, app_id, grant_id):
        """Waits for the message that a grant paid for."""
        query = urllib.parse.urlencode({"app_id": app_id, "grant_id": grant_id, "state": "delivered", "wait": "10s"})
        items = self.call("GET", "/api/v1/messages?" + query)["items"]
        if not items:
            raise RuntimeError(f"no message of grant {grant_id} was delivered")
        return items[0]

    def login_code(self, app_id, user):
        """What my.getAuthCode gives on a phone."""
        return self.call("POST", app_path(app_id, "users", user, "login-codes"))["code"]

    def authorize(self, app_id, agent):
        """Lets agent act for an app."""
        return self.call("POST", app_path(app_id, "authorizations"), {"app_id": agent})["app_auth_token"]


def app_path(app_id, *parts):
    return "/".join(["/api/v1/apps", *(urllib.parse.quote(part, safe="") for part in (app_id, *parts))])
