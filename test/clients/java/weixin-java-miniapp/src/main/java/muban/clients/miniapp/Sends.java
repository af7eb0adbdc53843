package muban.clients.miniapp;

import cn.binarywang.wx.miniapp.bean.WxMaTemplateData;
import cn.binarywang.wx.miniapp.bean.WxMaTemplateMessage;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import muban.clients.Native;
import muban.clients.Steps;

/** What is sent with a template, and what the user finds. */
final class Sends {
  static final String SENT = "sent";
  static final String SPENT_FORM = "41029 form id used count reach limit";
  private static final String UNKNOWN_FORM = "41028 invalid form id";
  private static final String UNKNOWN_OPEN_ID = "40003 invalid openid";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final String templateId;

  Sends(Steps steps, Native muban, App app, String templateId) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.templateId = templateId;
  }

  /** Has the user submit a form or pay, and answers what may be sent for it. */
  String mint(String kind) {
    return steps.needs("mint a " + kind, () -> muban.mint(app.appId(), app.openId(), kind));
  }

  String send(String template, String formId) {
    return send(app.openId(), template, formId);
  }

  private String send(String openId, String template, String formId) {
    WxMaTemplateMessage message = WxMaTemplateMessage.builder().toUser(openId).templateId(template).formId(formId)
        .page("index?foo=bar").emphasisKeyword("keyword1.DATA")
        .data(List.of(
            new WxMaTemplateData("keyword1", "美式 <大杯> & 糖"),
            new WxMaTemplateData("keyword2", "TIT造舰厂\n\"二楼\""),
            new WxMaTemplateData("keyword3", "2019年4月2日")))
        .build();
    return App.outcome(() -> {
      app.messages().sendTemplateMsg(message);
      return SENT;
    });
  }

  void once() {
    String form = mint("form");
    steps.equal("send", send(templateId, form), SENT);
    JsonObject found = steps.needs("the message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the message has its user", Native.text(found, "user"), app.openId());
    steps.equal("the message has its template", Native.text(found, "template_id"), templateId);
    steps.equal("the message has its title", Native.text(found, "title"), Main.TITLE);
    steps.equal("the message has its page", Native.text(found, "page"), "index?foo=bar");
    steps.equal("the message has its emphasis", Native.text(found, "emphasis_keyword"), "keyword1.DATA");
    for (String value : new String[] {"美式 <大杯> & 糖", "TIT造舰厂\n\"二楼\"", "2019年4月2日"}) {
      steps.equal("the message shows " + value.split("\n")[0], Native.text(found, "rendered").contains(value), true);
    }
    JsonObject inbox = steps.needs("read the user's inbox", () -> muban.inbox(app.appId(), app.openId()));
    JsonArray items = inbox.getAsJsonArray("items");
    if (steps.equal("the inbox holds one message", items.size(), 1)) {
      steps.equal("the inbox holds this message", items.get(0).getAsJsonObject().get("id"), found.get("id"));
    }
    steps.equal("the inbox counts it as unread", inbox.get("unread"), 1);
    steps.equal("send with the same form again", send(templateId, form), SPENT_FORM);
  }

  void refusals() {
    String form = mint("form");
    steps.equal("send with a bad template", send("no-such-template", form), Main.UNKNOWN_TEMPLATE);
    steps.equal("send with an unknown form", send(templateId, "the formId is a mock one"), UNKNOWN_FORM);
    steps.equal("send to nobody", send("onobody", templateId, form), UNKNOWN_OPEN_ID);
    steps.equal("a refused send spent nothing", send(templateId, form), SENT);
  }

  void payment() {
    String payment = mint("payment");
    for (String use : new String[] {"first", "second", "third"}) {
      steps.equal("send with a payment, " + use + " time", send(templateId, payment), SENT);
    }
    steps.equal("send with a payment, fourth time", send(templateId, payment), SPENT_FORM);
  }

  /** The library fetches a new token on 40001 and tries again. */
  void deadToken() {
    String dead = app.service().getWxMaConfig().getAccessToken();
    String form = mint("form");
    steps.needs("revoke the app's tokens", () -> {
      muban.revokeTokens(app.appId());
      return null;
    });
    steps.equal("send with a dead token recovers by itself", send(templateId, form), SENT);
    steps.equal("the token was replaced", !app.service().getWxMaConfig().getAccessToken().equals(dead), true);
    steps.needs("the message sent after recovery is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("send after recovery with the same form", send(templateId, form), SPENT_FORM);
  }
}
