"""Muban's own API, which plays the people around the client: who makes the app
and sets its callback, and who fills in its forms, follows it and reads its
messages."""

import json
import time
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

    def create_app(self, platform, name):
        return self.call("POST", "/api/v1/apps", {"platform": platform, "name": name})

    def change_app(self, app_id, **change):
        return self.call("PATCH", app_path(app_id), change)

    def create_user(self, app_id, name):
        return self.call("POST", app_path(app_id, "users"), {"name": name})

    def change_user(self, app_id, user, **change):
        return self.call("PATCH", app_path(app_id, "users", user), change)

    def mint(self, app_id, user, kind):
        """Makes a grant and answers its id: what the platform calls form_id."""
        return self.call("POST", app_path(app_id, "grants"), {"user": user, "kind": kind})["grants"][0]["id"]

    def delivered(self, app_id, grant_id):
        """Waits for the message that a grant paid for."""
        query = urllib.parse.urlencode({"app_id": app_id, "grant_id": grant_id, "state": "delivered", "wait": "10s"})
        items = self.call("GET", "/api/v1/messages?" + query)["items"]
        if not items:
            raise RuntimeError(f"no message of grant {grant_id} was delivered")
        return items[0]

    def message(self, message_id):
        return self.call("GET", f"/api/v1/messages/{message_id}")

    def inbox(self, app_id, user):
        return self.call("GET", app_path(app_id, "users", user, "inbox"))

    def revoke_tokens(self, app_id):
        self.call("POST", app_path(app_id, "tokens", "revoke"))

    def callback_state(self, app_id, message_id):
        """The state of a message's callback, once it is no longer pending."""
        deadline = time.monotonic() + 10
        query = urllib.parse.urlencode({"app_id": app_id})
        while True:
            items = self.call("GET", "/api/v1/callbacks?" + query)["items"]
            state = next((item["state"] for item in items if item["message_id"] == str(message_id)), None)
            if state is None:
                raise RuntimeError(f"message {message_id} has no callback")
            if state != "pending" or time.monotonic() > deadline:
                return state
            time.sleep(0.01)


def app_path(app_id, *parts):
    return "/".join(["/api/v1/apps", *(urllib.parse.quote(part, safe="") for part in (app_id, *parts))])
