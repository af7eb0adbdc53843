package muban.clients.alipay;

import com.alipay.api.AlipayClient;
import com.alipay.api.domain.AlipayOpenAppMiniTemplatemessageSendModel;
import com.alipay.api.request.AlipayOpenAppMiniTemplatemessageSendRequest;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.function.Consumer;
import muban.clients.Native;
import muban.clients.Steps;

/** What is sent in key mode, what the user finds, and what is refused. */
final class Sends {
  static final String SUCCESS = "10000 Success";
  static final String OVER_TIME = "40004 FORM_ID_OVER_TIME formId超时";
  static final String BAD_TEMPLATE = "40004 USER_TEMPLATE_ILLEGAL 模板非法";
  private static final String ANOTHERS_FORM = "40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配";
  private static final String ANOTHERS_TRADE = "40004 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人";
  private static final String LACKS_KEYWORD = "40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词";
  private static final String LONG_KEYWORD = "40004 USER_KEYWORD_LENGTH_ERROR 关键词超长";

  static final String PAGE = "pages/index/index?id=7";
  static final String DATA = "{\"keyword1\":{\"value\":\"美式 <大杯> & 糖\"},\"keyword2\":{\"value\":\"36.00元 {约}\"}}";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final Keys others;
  private final JsonObject user;
  private final String template;

  Sends(Steps steps, Native muban, App app, Keys others, JsonObject user, String template) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.others = others;
    this.user = user;
    this.template = template;
  }

  String openId() {
    return Native.text(user, "open_id");
  }

  /** The keys of whoever is not the app: making keys takes its time. */
  Keys others() {
    return others;
  }

  String form() {
    return mint(app.appId(), openId(), "form");
  }

  private String mint(String appId, String openId, String kind) {
    return steps.needs("mint a " + kind, () -> muban.mint(appId, openId, kind));
  }

  /** A good message for a form or trade. */
  AlipayOpenAppMiniTemplatemessageSendModel message(String formId) {
    AlipayOpenAppMiniTemplatemessageSendModel message = new AlipayOpenAppMiniTemplatemessageSendModel();
    message.setToUserId(openId());
    message.setFormId(formId);
    message.setUserTemplateId(template);
    message.setPage(PAGE);
    message.setData(DATA);
    return message;
  }

  static AlipayOpenAppMiniTemplatemessageSendRequest request(AlipayOpenAppMiniTemplatemessageSendModel message) {
    AlipayOpenAppMiniTemplatemessageSendRequest request = new AlipayOpenAppMiniTemplatemessageSendRequest();
    request.setBizModel(message);
    return request;
  }

  static String send(AlipayClient client, AlipayOpenAppMiniTemplatemessageSendModel message) {
    return App.outcome(() -> client.execute(request(message)));
  }

  void form(AlipayClient client) {
    String form = form();
    steps.equal("send", send(client, message(form)), SUCCESS);
    JsonObject found = steps.needs("the message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the message has its user", Native.text(found, "user"), openId());
    steps.equal("the message has its template", Native.text(found, "template_id"), template);
    steps.equal("the message has its page", Native.text(found, "page"), PAGE);
    for (String value : new String[] {"美式 <大杯> & 糖", "36.00元 {约}"}) {
      steps.equal("the message shows " + value, Native.text(found, "rendered").contains(value), true);
    }
    steps.equal("send with the same form again", send(client, message(form)), OVER_TIME);
    AlipayOpenAppMiniTemplatemessageSendModel byOpenId = message(form());
    byOpenId.setToUserId(null);
    byOpenId.setToOpenId(Native.text(user, "alipay_open_id"));
    steps.equal("send to to_open_id", send(client, byOpenId), SUCCESS);
    AlipayOpenAppMiniTemplatemessageSendRequest asText = new AlipayOpenAppMiniTemplatemessageSendRequest();
    asText.setBizContent("{\"to_user_id\":\"" + openId() + "\",\"form_id\":\"" + form() + "\",\"user_template_id\":\"" + template
        + "\",\"data\":{\"keyword1\":{\"value\":\"x\"},\"keyword2\":{\"value\":7}}}");
    steps.equal("send with biz_content as text and data as an object", App.outcome(() -> client.execute(asText)), SUCCESS);
  }

  void payment(AlipayClient client) {
    String trade = mint(app.appId(), openId(), "payment");
    for (String use : new String[] {"first", "second", "third"}) {
      steps.equal("send with a trade number, " + use + " time", send(client, message(trade)), SUCCESS);
    }
    steps.equal("send with a trade number, fourth time", send(client, message(trade)), OVER_TIME);
  }

  void businessErrors(AlipayClient client) {
    JsonObject other = steps.needs("make another user", () -> muban.createUser(app.appId(), Map.of("name", "小红")));
    App stranger = steps.needs("make another app", () -> App.make(muban, "another app", others));
    JsonObject strange = steps.needs("make another app's user", () -> muban.createUser(stranger.appId(), Map.of("name", "路人")));
    String otherId = Native.text(other, "open_id");
    String strangeId = Native.text(strange, "open_id");
    String form = form();
    refused(client, form, "an unknown template", m -> m.setUserTemplateId("MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM="), BAD_TEMPLATE);
    refused(client, form, "an unknown form", m -> m.setFormId("bm90IGEgZm9ybQ=="), ANOTHERS_FORM);
    refused(client, form, "an unknown trade number", m -> m.setFormId("2017010100000000580012345678"), ANOTHERS_TRADE);
    String strangeForm = mint(stranger.appId(), strangeId, "form");
    refused(client, form, "another app's form", m -> m.setFormId(strangeForm), ANOTHERS_FORM);
    String otherTrade = mint(app.appId(), otherId, "payment");
    refused(client, form, "another user's trade number", m -> m.setFormId(otherTrade), ANOTHERS_TRADE);
    refused(client, form, "another user", m -> m.setToUserId(otherId), ANOTHERS_TRADE);
    refused(client, form, "a keyword less", m -> m.setData("{\"keyword1\":{\"value\":\"x\"}}"), LACKS_KEYWORD);
    refused(client, form, "a keyword more",
        m -> m.setData("{\"keyword1\":{\"value\":\"x\"},\"keyword2\":{\"value\":\"y\"},\"keyword3\":{\"value\":\"z\"}}"), LACKS_KEYWORD);
    refused(client, form, "a long keyword",
        m -> m.setData("{\"keyword1\":{\"value\":\"" + "长".repeat(51) + "\"},\"keyword2\":{\"value\":\"y\"}}"), LONG_KEYWORD);
    steps.equal("a refused send spent nothing", send(client, message(form)), SUCCESS);
  }

  private void refused(AlipayClient client, String form, String step,
      Consumer<AlipayOpenAppMiniTemplatemessageSendModel> change, String expected) {
    AlipayOpenAppMiniTemplatemessageSendModel message = message(form);
    change.accept(message);
    steps.equal("send with " + step, send(client, message), expected);
  }
}
