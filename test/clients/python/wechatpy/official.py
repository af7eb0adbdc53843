"""An official account's template message, from its industries to its deletion,
and the events that follow it."""

from clients import LIBRARY, new_client, outcome
from receiver import AES_KEY, TOKEN, Receiver

CONTENT = "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"
DATA = {
    "first": {"value": "您好 <小明> & 家人", "color": "#173177"},
    "orderMoneySum": {"value": "30.00元"},
    "orderProductName": {"value": "美式\n\"大杯\""},
}
URL = "https://example.com/order?id=1&from=<muban>"

UNKNOWN_OPEN_ID = "40003 invalid openid"
UNKNOWN_TEMPLATE = "40037 invalid template_id"
UNKNOWN_MINI = "40166 invalid weapp appid"
BAD_INDUSTRY = "40102 invalid industry id"
TOO_OFTEN = "43100 change template too frequently"
NOT_FOLLOWING = "43004 require subscribe"
NOT_ITS_CALL = "48001 api unauthorized"


def official_account(base, native, steps):
    app = steps.needs("make an account", lambda: native.create_app("wechat-oa", LIBRARY))
    mini = steps.needs("make another mini program", lambda: native.create_app("wechat-mini", LIBRARY))
    app_id = app["app_id"]
    open_id = steps.needs("make a follower", lambda: native.create_user(app_id, "小明"))["open_id"]
    client = new_client(base, app)
    steps.needs("token of the account", lambda: client.access_token)

    # Industries and templates.
    steps.equal("an industry that does not exist is refused", outcome(lambda: client.template.set_industry(1, 99)), BAD_INDUSTRY)
    steps.equal("set the industries", outcome(lambda: client.template.set_industry(1, 4)), "ok")
    steps.equal("set them again in a month", outcome(lambda: client.template.set_industry(1, 4)), TOO_OFTEN)
    steps.equal("get the industries", steps.needs("ask for the industries", client.template.get_industry), {
        "primary_industry": {"first_class": "IT科技", "second_class": "互联网|电子商务"},
        "secondary_industry": {"first_class": "IT科技", "second_class": "电子技术"},
    })
    template_id = steps.needs("add a template of the account", lambda: client.template.get("TM00015"))
    steps.equal("add a template that does not exist", outcome(lambda: client.template.get("TM99999")), UNKNOWN_TEMPLATE)
    own = steps.needs("list the account's templates", client.template.get_all_private_template)["template_list"]
    steps.equal("the list has the one template",
                [(t["template_id"], t["title"], t["content"]) for t in own], [(template_id, "订单支付成功", CONTENT)])

    # A send, and what the follower finds.
    def send(to=open_id, template=template_id, data=DATA, mini_program=None):
        return client.message.send_template(to, template, data, url=URL, mini_program=mini_program)

    sent = steps.needs("send to the follower", send)
    message = steps.needs("the message is found by its msgid", lambda: native.message(sent["msgid"]))
    steps.equal("the message has that id", message["id"], str(sent["msgid"]))
    steps.equal("the message is delivered to the follower", [message["state"], message["user"]], ["delivered", open_id])
    steps.equal("the message has its url", message["url"], URL)
    steps.equal("the message has the account's data", message["data"], DATA)
    steps.equal("the message shows its text", message["rendered"],
                "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n\"大杯\"\n")
    again = steps.needs("send again", send)
    steps.equal("it is another message", again["msgid"] != sent["msgid"], True)
    to_mini = steps.needs("send with a mini program",
                          lambda: send(mini_program={"appid": mini["app_id"], "pagepath": "index?foo=bar"}))
    steps.equal("the message leads to it", native.message(to_mini["msgid"])["miniprogram"],
                {"appid": mini["app_id"], "pagepath": "index?foo=bar"})

    # Refusals.
    steps.equal("send to nobody", outcome(lambda: send(to="onobody")), UNKNOWN_OPEN_ID)
    steps.equal("send with a template of nobody", outcome(lambda: send(template="TM00015")), UNKNOWN_TEMPLATE)
    steps.equal("send with an unknown mini program", outcome(lambda: send(mini_program={"appid": "wx0"})), UNKNOWN_MINI)
    steps.needs("the follower leaves", lambda: native.change_user(app_id, open_id, following=False))
    steps.equal("send to who does not follow", outcome(send), NOT_FOLLOWING)
    steps.needs("the follower comes back", lambda: native.change_user(app_id, open_id, following=True))
    of_mini = new_client(base, mini)
    steps.equal("a mini program's token is refused", outcome(of_mini.template.get_all_private_template), NOT_ITS_CALL)
    steps.equal("an account's token is refused on a mini program's call",
                outcome(lambda: client.wxa.list_templates()), NOT_ITS_CALL)

    # A revoked token.
    steps.needs("revoke the account's tokens", lambda: native.revoke_tokens(app_id))
    steps.equal("send with the account's dead token recovers by itself", outcome(send), "ok")

    events(native, steps, app, open_id, send)

    # Deletion.
    steps.equal("delete the template", outcome(lambda: client.template.del_private_template(template_id)), "ok")
    steps.equal("delete it again", outcome(lambda: client.template.del_private_template(template_id)), UNKNOWN_TEMPLATE)
    steps.equal("send with the account's deleted template", outcome(send), UNKNOWN_TEMPLATE)


def events(native, steps, app, open_id, send):
    """What the account's server, with the library's means, makes of the pushes."""
    app_id = app["app_id"]
    receiver = Receiver(app_id)
    for mode, encryption in (("plain", None), ("compat", "aes"), ("safe", "aes")):
        callback = {"url": receiver.url, "token": TOKEN, "aes_key": AES_KEY, "mode": mode}
        changed = steps.needs(f"{mode}: set the callback", lambda: native.change_app(app_id, callback=callback))
        steps.equal(f"{mode}: its URL is verified", changed["callback"].get("verified"), True)
        for ending, change, status in (
            ("a user who blocks", {"blocked": True}, "failed:user block"),
            ("a delivery that fails", {"blocked": False, "delivery": "fail"}, "failed: system failed"),
            ("a success", {"delivery": "ok"}, "success"),
        ):
            step = f"{mode}, {ending}"
            steps.needs(f"{step}: change the follower", lambda: native.change_user(app_id, open_id, **change))
            sent = steps.needs(f"{step}: send", send)
            got, event = steps.needs(f"{step}: the event is verified and read", receiver.next)
            steps.equal(f"{step}: it is encrypted as the mode says", got, encryption)
            steps.equal(f"{step}: it says what it should",
                        [event.event, event.id, event.status, event.source, event.target],
                        ["templatesendjobfinish", sent["msgid"], status, open_id, app["original_id"]])
            state = steps.needs(f"{step}: the callback is found", lambda: native.callback_state(app_id, sent["msgid"]))
            steps.equal(f"{step}: the answer was understood", state, "delivered")
    receiver.close()
    steps.needs("take the callback away", lambda: native.change_app(app_id, callback=None))
