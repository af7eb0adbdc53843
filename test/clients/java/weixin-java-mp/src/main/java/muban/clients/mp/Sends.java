package muban.clients.mp;

import com.google.gson.JsonObject;
import java.util.Map;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateData;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateMessage;
import muban.clients.Native;
import muban.clients.Steps;

/** What is sent with a template, and what the follower finds. */
final class Sends {
  private static final String URL = "https://example.com/order?id=1&from=<muban>";

  private static final String UNKNOWN_OPEN_ID = "40003 invalid openid";
  private static final String NOT_FOLLOWING = "43004 require subscribe";
  private static final String NO_TEMPLATE = "40036 invalid template_id size";
  private static final String UNKNOWN_TEMPLATE = "40037 invalid template_id";
  private static final String UNKNOWN_MINI = "40166 invalid weapp appid";
  private static final String UNKNOWN_PAGE = "40165 invalid weapp pagepath";

  private final Steps steps;
  private final Native muban;
  private final Account account;
  private final String templateId;

  Sends(Steps steps, Native muban, Account account, String templateId) {
    this.steps = steps;
    this.muban = muban;
    this.account = account;
    this.templateId = templateId;
  }

  WxMpTemplateMessage message() {
    WxMpTemplateMessage message =
        WxMpTemplateMessage.builder().toUser(account.openId()).templateId(templateId).url(URL).build();
    return message.addData(new WxMpTemplateData("first", "您好 <小明> & 家人", "#173177"))
        .addData(new WxMpTemplateData("orderMoneySum", "30.00元"))
        .addData(new WxMpTemplateData("orderProductName", "美式\n\"大杯\""))
        .addData(new WxMpTemplateData("nobody", "asked for this"));
  }

  private String send(WxMpTemplateMessage message) throws Exception {
    return account.templates().sendTemplateMsg(message);
  }

  private void refused(String step, WxMpTemplateMessage message, String expected) {
    steps.equal(step, Account.outcome(() -> send(message)), expected);
  }

  void once() {
    String id = steps.needs("send", () -> send(message()));
    steps.equal("the msgid needs 64 bits", Long.parseLong(id) > 1L << 53, true);
    JsonObject found = steps.needs("the message is found by its msgid", () -> muban.message(id));
    steps.equal("the message is delivered", Native.text(found, "state"), "delivered");
    steps.equal("the message has its user", Native.text(found, "user"), account.openId());
    steps.equal("the message has its template", Native.text(found, "template_id"), templateId);
    steps.equal("the message has its url", Native.text(found, "url"), URL);
    JsonObject first = found.getAsJsonObject("data").getAsJsonObject("first");
    steps.equal("the message has a keyword's colour", Native.text(first, "color"), "#173177");
    steps.equal("the message leads to no mini program", found.has("miniprogram"), false);
    steps.equal("the message shows its text", Native.text(found, "rendered"),
        "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n\"大杯\"\n");
    steps.equal("the inbox holds one message", inboxSize(), 1);
  }

  private int inboxSize() {
    return steps.needs("read the follower's inbox", () -> muban.inbox(account.appId(), account.openId()))
        .getAsJsonArray("items").size();
  }

  void again() {
    String first = steps.needs("send again", () -> send(message()));
    String second = steps.needs("send once more", () -> send(message()));
    steps.equal("each has its own msgid", !first.equals(second), true);
    WxMpTemplateMessage named = message();
    named.setClientMsgId("order-1");
    String third = steps.needs("send with a client_msg_id", () -> send(named));
    steps.equal("send with the same client_msg_id", Account.outcome(() -> send(named)), third);
    JsonObject found = steps.needs("the message is found", () -> muban.message(third));
    steps.equal("the message has its client_msg_id", Native.text(found, "client_msg_id"), "order-1");
    steps.equal("the inbox holds four messages", inboxSize(), 4);
  }

  void toMiniProgram() {
    JsonObject mini = steps.needs("make a mini program", () -> muban.createApp(
        Map.of("platform", "wechat-mini", "name", "weixin-java-mp", "pages", new String[] {"pages/index"})));
    String appId = Native.text(mini, "app_id");
    leadsTo("send with a mini program", appId, false);
    leadsTo("send with a mini program, page as path", appId, true);
    WxMpTemplateMessage message = message();
    message.setMiniProgram(new WxMpTemplateMessage.MiniProgram(appId, "pages/other", false));
    refused("send with a page that it does not have", message, UNKNOWN_PAGE);
    message.setMiniProgram(new WxMpTemplateMessage.MiniProgram("wx0000000000000000", "pages/index", false));
    refused("send with an unknown mini program", message, UNKNOWN_MINI);
  }

  private void leadsTo(String step, String appId, boolean asPath) {
    WxMpTemplateMessage message = message();
    message.setMiniProgram(new WxMpTemplateMessage.MiniProgram(appId, "pages/index?foo=bar", asPath));
    String id = steps.needs(step, () -> send(message));
    JsonObject found = steps.needs("the message with a mini program is found", () -> muban.message(id))
        .getAsJsonObject("miniprogram");
    steps.equal("the message leads to it", Native.text(found, "appid") + " " + Native.text(found, "pagepath"),
        appId + " pages/index?foo=bar");
  }

  void refusals() {
    WxMpTemplateMessage message = message();
    message.setTemplateId("no-such-template");
    refused("send with a bad template", message, UNKNOWN_TEMPLATE);
    message.setTemplateId(null);
    refused("send without a template", message, NO_TEMPLATE);
    message = message();
    message.setToUser("onobody");
    refused("send to nobody", message, UNKNOWN_OPEN_ID);
    follows(false);
    refused("send to who does not follow", message(), NOT_FOLLOWING);
    follows(true);
    steps.needs("send to who follows again", () -> send(message()));
  }

  private void follows(boolean following) {
    steps.needs(following ? "the follower comes back" : "the follower leaves", () -> {
      muban.changeUser(account.appId(), account.openId(), Map.of("following", following));
      return null;
    });
  }

  /** The library fetches a new token on 40001 and tries again. */
  void deadToken() {
    String dead = account.service().getWxMpConfigStorage().getAccessToken();
    steps.needs("revoke the account's tokens", () -> {
      muban.revokeTokens(account.appId());
      return null;
    });
    steps.needs("send with a dead token recovers by itself", () -> send(message()));
    steps.equal("the token was replaced", !account.service().getWxMpConfigStorage().getAccessToken().equals(dead), true);
  }
}
