"""Takes python-alipay-sdk, unmodified, through the life of a template message
against the Muban at MUBAN_URL, with the library's own check of every answer's
signature."""

import json
import os
import sys
import threading

from alipay import AliPay, DCAliPay, ISVAliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from Cryptodome.PublicKey import RSA

from native import Native
from steps import Steps

LIBRARY = "python-alipay-sdk 3.4.0"
METHOD = "alipay.open.app.mini.templatemessage.send"
PAGE = "pages/index/index?id=7"
DATA = {"keyword1": {"value": "美式 <大杯> & 糖"}, "keyword2": {"value": "36.00元 {约}"}}

SUCCESS = "10000 Success"
BAD_TEMPLATE = "40004 USER_TEMPLATE_ILLEGAL 模板非法"
OVER_TIME = "40004 FORM_ID_OVER_TIME formId超时"
ANOTHERS_FORM = "40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配"
ANOTHERS_TRADE = "40004 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人"
LACKS_KEYWORD = "40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词"
LONG_KEYWORD = "40004 USER_KEYWORD_LENGTH_ERROR 关键词超长"

base = os.environ.get("MUBAN_URL", "").rstrip("/")
if not base:
    sys.exit("MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080")


def give_up():
    print("not ok finish: got no end after 2 minutes, expected one", flush=True)
    os._exit(1)


limit = threading.Timer(120, give_up)
limit.daemon = True
limit.start()

steps = Steps()
native = Native(base)


def new_keys():
    key = RSA.generate(2048)
    return key.export_key().decode(), key.public_key().export_key().decode()


private_key, public_key = new_keys()
app = steps.needs("make an app", lambda: native.create_app(LIBRARY, public_key))
app_id = app["app_id"]
user = steps.needs("make a user", lambda: native.create_user(app_id, "小明"))
template_id = steps.needs("make a template", lambda: native.create_template(
    app_id, library_id="AP9001", keyword_ids=[9001, 9002]))["template_id"]


def pointed(client):
    client._gateway = base + "/gateway.do"
    return client


def new_client(kind=AliPay, **change):
    settings = {"appid": app_id, "app_private_key_string": private_key, "alipay_public_key_string": app["alipay_public_key"]}
    return pointed(kind(**{**settings, **change}))


def pem(key):
    """The platform's key as the library reads it."""
    return key if key.startswith("-----") else f"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----"


app["alipay_public_key"] = pem(app["alipay_public_key"])


def outcome(sdk, content, method=METHOD, **params):
    """The answer's codes and sub message, or the library's error where it does
    not trust the answer."""
    try:
        answer = sdk.server_api(method, content, **params)
    except AliPayValidationError:
        return "the signature is wrong"
    except AliPayException as error:
        return str(error)
    parts = (answer["code"], answer.get("sub_code", answer["msg"]), answer.get("sub_msg"))
    return " ".join(part for part in parts if part)


def content(form, /, **change):
    members = {"to_user_id": user["open_id"], "form_id": form, "user_template_id": template_id,
               "page": PAGE, "data": json.dumps(DATA, ensure_ascii=False)}
    return {key: value for key, value in {**members, **change}.items() if value is not None}


client = new_client()


def send(form, sdk=client, /, **change):
    return outcome(sdk, content(form, **change))


def mint(kind, owner=user, of=app_id):
    return native.mint(of, owner["open_id"], kind)


def begins(step, got, expected):
    steps.equal(step, got[:len(expected)], expected)


# A send, and what the user finds.
first = mint("form")
steps.equal("send", send(first), SUCCESS)
message = steps.needs("the message is delivered", lambda: native.delivered(app_id, first))
steps.equal("the message has its user", message["user"], user["open_id"])
steps.equal("the message has its page", message["page"], PAGE)
for entry in DATA.values():
    steps.equal(f"the message shows {entry['value']}", entry["value"] in message["rendered"], True)
steps.equal("send with the same form again", send(first), OVER_TIME)
steps.equal("send with data as an object", send(mint("form"), data=DATA), SUCCESS)
steps.equal("send to to_open_id", send(mint("form"), to_user_id=None, to_open_id=user["alipay_open_id"]), SUCCESS)
steps.equal("send signed with SHA1", send(mint("form"), new_client(sign_type="RSA")), SUCCESS)
trade = mint("payment")
for use in ("first", "second", "third"):
    steps.equal(f"send with a trade number, {use} time", send(trade), SUCCESS)
steps.equal("send with a trade number, fourth time", send(trade), OVER_TIME)

# Refusals, whose signatures the library checks too, and that they spend
# nothing.
other_private, other_public = new_keys()
other = steps.needs("make another user", lambda: native.create_user(app_id, "小红"))
stranger = steps.needs("make another app", lambda: native.create_app("another app", other_public))
strange = steps.needs("make another app's user", lambda: native.create_user(stranger["app_id"], "路人"))
second = mint("form")
for name, change, expected in (
    ("an unknown template", {"user_template_id": "MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM="}, BAD_TEMPLATE),
    ("an unknown form", {"form_id": "bm90IGEgZm9ybQ=="}, ANOTHERS_FORM),
    ("an unknown trade number", {"form_id": "2017010100000000580012345678"}, ANOTHERS_TRADE),
    ("another app's form", {"form_id": mint("form", strange, stranger["app_id"])}, ANOTHERS_FORM),
    ("another user's trade number", {"form_id": mint("payment", other)}, ANOTHERS_TRADE),
    ("another user", {"to_user_id": other["open_id"]}, ANOTHERS_TRADE),
    ("a keyword less", {"data": {"keyword1": DATA["keyword1"]}}, LACKS_KEYWORD),
    ("a keyword more", {"data": {**DATA, "keyword3": {"value": "z"}}}, LACKS_KEYWORD),
    ("a long keyword", {"data": {**DATA, "keyword1": {"value": "长" * 51}}}, LONG_KEYWORD),
):
    steps.equal(f"send with {name}", send(second, **change), expected)
begins("send without a recipient", send(second, to_user_id=None), "40002 isv.invalid-parameter ")
begins("send without content", outcome(client, {}), "40002 isv.invalid-parameter ")
steps.needs("take the push permission away", lambda: native.change_app(app_id, push_allowed=False))
begins("send without push permission", send(second), "40006 isv.insufficient-isv-permissions ")
steps.needs("give it back", lambda: native.change_app(app_id, push_allowed=True))
steps.equal("a refused send spent nothing", send(second), SUCCESS)

# Signatures.
third = mint("form")
begins("send signed with another key", send(third, new_client(app_private_key_string=other_private)),
       "40002 isv.invalid-signature ")
steps.equal("an answer under another app's key is not trusted",
            send(third, new_client(alipay_public_key_string=pem(stranger["alipay_public_key"]))), "the signature is wrong")

# Certificates.
issued = steps.needs("get the certificates", lambda: native.certificates(app_id))
certificates = {
    "app_public_key_cert_string": issued["app_cert"],
    "alipay_public_key_cert_string": issued["alipay_cert"],
    "alipay_root_cert_string": issued["alipay_root_cert"],
}


def certified(**change):
    settings = {"appid": app_id, "app_private_key_string": private_key, **certificates}
    return pointed(DCAliPay(**{**settings, **change}))


fourth = mint("form")
steps.equal("send in certificate mode", send(fourth, certified()), SUCCESS)
steps.equal("send in certificate mode, refused", send(fourth, certified()), OVER_TIME)
begins("send in certificate mode with another certificate",
       send(mint("form"), certified(app_public_key_cert_string=issued["alipay_cert"])), "40002 isv.app-cert-not-exist ")

# Acting for another app.
token = steps.needs("authorize the other app", lambda: native.authorize(app_id, stranger["app_id"]))
agent_settings = {
    "appid": stranger["app_id"],
    "app_private_key_string": other_private,
    "alipay_public_key_string": pem(stranger["alipay_public_key"]),
}
agent = new_client(ISVAliPay, **agent_settings, app_auth_token=token)
fifth = mint("form")
steps.equal("send for the app", send(fifth, agent), SUCCESS)
steps.needs("the app's message is delivered", lambda: native.delivered(app_id, fifth))
steps.equal("send for nobody", send(mint("form"), new_client(**agent_settings)), BAD_TEMPLATE)
begins("send with a token never issued",
       send(mint("form"), new_client(ISVAliPay, **agent_settings, app_auth_token="201510BBaabdb44d8fd04607abf8d5931ec75D84")),
       "20001 aop.invalid-app-auth-token ")

# A deleted template.
steps.needs("delete the template", lambda: native.delete_template(app_id, template_id))
steps.equal("send with the deleted template", send(mint("form")), BAD_TEMPLATE)

steps.end()
