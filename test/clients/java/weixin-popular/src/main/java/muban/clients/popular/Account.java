package muban.clients.popular;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;
import weixin.popular.api.MessageAPI;
import weixin.popular.api.TokenAPI;
import weixin.popular.bean.message.GetIndustryResult;
import weixin.popular.bean.message.PrivateTemplate;
import weixin.popular.bean.message.templatemessage.TemplateMessage;
import weixin.popular.bean.message.templatemessage.TemplateMessageItem;
import weixin.popular.bean.message.templatemessage.TemplateMessageMiniProgram;
import weixin.popular.bean.message.templatemessage.TemplateMessageResult;

/** The life of an official account's template message. */
final class Account {
  private static final String NUMBER = "TM00015";
  private static final String TITLE = "订单支付成功";
  private static final String CONTENT =
      "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}";
  private static final String URL = "https://example.com/order?id=1&from=<muban>";

  // The library takes what is shorter for a name of its own.
  private static final String NEVER_ISSUED = "77_" + "x".repeat(60);

  private static final String ONE_INDUSTRY = "40103 invalid industry index";
  private static final String TOO_OFTEN = "43100 change template too frequently";
  private static final String NOT_FOLLOWING = "43004 require subscribe";
  private static final String UNKNOWN_MINI = "40166 invalid weapp appid";

  private final Steps steps;
  private final Native muban;
  private final String miniAppId;
  private final String appId;
  private final String secret;
  private final String openId;
  private String token;

  Account(Steps steps, Native muban, String miniAppId) {
    this.steps = steps;
    this.muban = muban;
    this.miniAppId = miniAppId;
    JsonObject made = steps.needs("make an account", () -> muban.createApp(
        Map.of("platform", "wechat-oa", "name", "weixin-popular")));
    appId = Native.text(made, "app_id");
    secret = Native.text(made, "secret");
    openId = Native.text(steps.needs("make a follower", () -> muban.createUser(appId, Map.of("name", "小明"))), "open_id");
  }

  String appId() {
    return appId;
  }

  String openId() {
    return openId;
  }

  void run() {
    token = steps.needs("token of the account", () -> TokenAPI.token(appId, secret)).getAccess_token();
    industries();
    String templateId = templates();
    sends(templateId);
    new Events(steps, muban, this, templateId).run();
    steps.equal("delete the template", Main.outcome(() -> MessageAPI.templateDel_private_template(token, templateId)), Main.OK);
    steps.equal("delete it again",
        Main.outcome(() -> MessageAPI.templateDel_private_template(token, templateId)), Main.UNKNOWN_TEMPLATE);
    steps.equal("the account's list is empty", own().size(), 0);
    steps.equal("send with the account's deleted template", Main.outcome(() -> send(message(templateId))), Main.UNKNOWN_TEMPLATE);
  }

  // Where the library has nothing to say, its token goes in a form that it posts:
  // get_industry and get_all_private_template.
  private void industries() {
    GetIndustryResult none = steps.needs("get the industries", () -> MessageAPI.templateGet_industry(token));
    steps.equal("there are none", none.getPrimary_industry().getFirst_class(), "");
    steps.equal("get them with a token never issued", Main.outcome(() -> MessageAPI.templateGet_industry(NEVER_ISSUED)), Main.DEAD_TOKEN);
    steps.equal("set one industry", Main.outcome(() -> MessageAPI.templateApi_set_industry(token, "1")), ONE_INDUSTRY);
    steps.equal("set the industries", Main.outcome(() -> MessageAPI.templateApi_set_industry(token, "1", "4")), Main.OK);
    steps.equal("set them again in a month", Main.outcome(() -> MessageAPI.templateApi_set_industry(token, "1", "4")), TOO_OFTEN);
    GetIndustryResult set = steps.needs("get them again", () -> MessageAPI.templateGet_industry(token));
    steps.equal("they are those that were set",
        set.getPrimary_industry().getSecond_class() + " " + set.getSecondary_industry().getSecond_class(), "互联网|电子商务 电子技术");
  }

  /** Adds a template and answers its id. */
  private String templates() {
    steps.equal("add a template that does not exist",
        Main.outcome(() -> MessageAPI.templateApi_add_template(token, "TM99999")), Main.UNKNOWN_TEMPLATE);
    String id = steps.needs("add a template", () -> MessageAPI.templateApi_add_template(token, NUMBER)).getTemplate_id();
    List<PrivateTemplate> own = own();
    if (steps.equal("the account's list has the one template", own.size(), 1)) {
      steps.equal("the list has its id", own.get(0).getTemplate_id(), id);
      steps.equal("the list has its title", own.get(0).getTitle(), TITLE);
      steps.equal("the list has its content", own.get(0).getContent(), CONTENT);
    }
    return id;
  }

  private List<PrivateTemplate> own() {
    return steps.needs("list the account's templates", () -> MessageAPI.templateGet_all_private_template(token)).getTemplate_list();
  }

  TemplateMessage message(String templateId) {
    TemplateMessage message = new TemplateMessage();
    message.setTouser(openId);
    message.setTemplate_id(templateId);
    message.setUrl(URL);
    message.setData(new LinkedHashMap<>(Map.of(
        "first", new TemplateMessageItem("您好 <小明> & 家人", "#173177"),
        "orderMoneySum", new TemplateMessageItem("30.00元", null))));
    return message;
  }

  TemplateMessageResult send(TemplateMessage message) {
    return MessageAPI.messageTemplateSend(token, message);
  }

  private void sends(String templateId) {
    TemplateMessage message = message(templateId);
    String id = String.valueOf(steps.needs("send to the follower", () -> send(message)).getMsgid());
    JsonObject found = steps.needs("the message is found by its msgid", () -> muban.message(id));
    steps.equal("the message has its user", Native.text(found, "user"), openId);
    steps.equal("the message has its url", Native.text(found, "url"), URL);
    steps.equal("the account's message shows its text", Native.text(found, "rendered"),
        "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：\n");

    TemplateMessageMiniProgram mini = new TemplateMessageMiniProgram();
    mini.setAppid(miniAppId);
    mini.setPagepath("index?foo=bar");
    message.setMiniprogram(mini);
    String other = String.valueOf(steps.needs("send with a mini program", () -> send(message)).getMsgid());
    JsonObject leads = steps.needs("the message with a mini program is found", () -> muban.message(other)).getAsJsonObject("miniprogram");
    steps.equal("the message leads to it", Native.text(leads, "appid") + " " + Native.text(leads, "pagepath"), miniAppId + " index?foo=bar");
    mini.setAppid("wx0000000000000000");
    steps.equal("send with an unknown mini program", Main.outcome(() -> send(message)), UNKNOWN_MINI);

    message.setMiniprogram(null);
    message.setTouser("onobody");
    steps.equal("send to nobody of the account", Main.outcome(() -> send(message)), Main.UNKNOWN_OPEN_ID);
    message.setTouser(openId);
    follows(false);
    steps.equal("send to who does not follow", Main.outcome(() -> send(message)), NOT_FOLLOWING);
    follows(true);
  }

  private void follows(boolean following) {
    steps.needs(following ? "the follower comes back" : "the follower leaves", () -> {
      muban.changeUser(appId, openId, Map.of("following", following));
      return null;
    });
  }
}
