package muban.clients.mp;

import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import me.chanjar.weixin.mp.api.WxMpService;
import me.chanjar.weixin.mp.bean.template.WxMpTemplate;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateIndustry;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateIndustryEnum;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateMessage;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes weixin-java-mp, unmodified, through the whole life of an official
 * account's template message against the Muban at MUBAN_URL, and receives its
 * events.
 */
public final class Main {
  // The library's number of the template, and what it is.
  static final String NUMBER = "TM00015";
  private static final String TITLE = "订单支付成功";
  private static final String CONTENT =
      "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}";
  // A template of a class, from which keywords are chosen by name.
  private static final String CLASS_NUMBER = "900000001";

  // The refusals, as the platform words them.
  private static final String WRONG_SECRET = "40125 invalid appsecret";
  private static final String UNKNOWN_TEMPLATE = "40037 invalid template_id";
  private static final String UNKNOWN_KEYWORD = "40246 keyword name invalid";
  private static final String OTHER_INDUSTRY = "45027 template conflict with industry";
  private static final String TOO_OFTEN = "43100 change template too frequently";

  private final Steps steps = new Steps();
  private final Native muban = new Native(Steps.mubanUrl());
  private Account account;

  public static void main(String[] arguments) {
    Main main = new Main();
    main.setUp();
    main.tokens();
    main.industries();
    String templateId = main.templates();
    Sends sends = new Sends(main.steps, main.muban, main.account, templateId);
    sends.once();
    sends.again();
    sends.toMiniProgram();
    sends.refusals();
    sends.deadToken();
    new Events(main.steps, main.muban, main.account, templateId).run();
    main.deletion(templateId, sends);
    main.steps.end();
  }

  private void setUp() {
    JsonObject app = steps.needs("make an account", () -> muban.createApp(
        Map.of("platform", "wechat-oa", "name", "weixin-java-mp")));
    String appId = Native.text(app, "app_id");
    JsonObject user = steps.needs("make a follower", () -> muban.createUser(appId, Map.of("name", "小明")));
    account = new Account(appId, Native.text(app, "secret"), Native.text(user, "open_id"));
  }

  private void tokens() {
    WxMpService wrong = Account.service(account.appId(), "not-the-secret", false);
    steps.equal("token with a wrong secret is refused", Account.outcome(wrong::getAccessToken), WRONG_SECRET);
    String first = steps.needs("token", () -> account.service().getAccessToken());
    steps.equal("the token is kept", Account.outcome(() -> account.service().getAccessToken().equals(first)), "true");
    WxMpService stable = Account.service(account.appId(), account.secret(), true);
    String other = steps.needs("stable token", stable::getAccessToken);
    steps.equal("the stable token is another one", !other.equals(first), true);
    steps.equal("list with the stable token",
        Account.outcome(() -> stable.getTemplateMsgService().getAllPrivateTemplate().size()), "0");
  }

  private void industries() {
    WxMpTemplateIndustry catering =
        new WxMpTemplateIndustry(WxMpTemplateIndustryEnum.REPAST, WxMpTemplateIndustryEnum.ELECTRONIC_TECHNIQUE);
    steps.equal("set the industries", setIndustry(catering), "true");
    WxMpTemplateIndustry set = steps.needs("get the industries", () -> account.templates().getIndustry());
    steps.equal("they are those that were set", set, catering);
    steps.equal("set them again in a month", setIndustry(catering), TOO_OFTEN);
    steps.equal("add a template of another industry",
        Account.outcome(() -> account.templates().addTemplate(NUMBER)), OTHER_INDUSTRY);
    steps.needs("take the industries away", () -> {
      muban.changeApp(account.appId(), Collections.singletonMap("industries", null));
      return null;
    });
    steps.equal("set them anew", setIndustry(new WxMpTemplateIndustry(
        WxMpTemplateIndustryEnum.E_COMMERCE, WxMpTemplateIndustryEnum.ELECTRONIC_TECHNIQUE)), "true");
  }

  private String setIndustry(WxMpTemplateIndustry industry) {
    return Account.outcome(() -> account.templates().setIndustry(industry));
  }

  /** Adds a template and answers its id. */
  private String templates() {
    steps.equal("add a template that does not exist",
        Account.outcome(() -> account.templates().addTemplate("TM99999")), UNKNOWN_TEMPLATE);
    String id = steps.needs("add a template", () -> account.templates().addTemplate(NUMBER));
    String ofClass = steps.needs("add a template of a class",
        () -> account.templates().addTemplate(CLASS_NUMBER, List.of("支付金额", "商品名称")));
    steps.equal("add it with an unknown keyword",
        Account.outcome(() -> account.templates().addTemplate(CLASS_NUMBER, List.of("支付金额", "什么"))), UNKNOWN_KEYWORD);

    List<WxMpTemplate> own = steps.needs("list the templates", () -> account.templates().getAllPrivateTemplate());
    if (steps.equal("the list has both", own.size(), 2)) {
      steps.equal("the list has the id", own.get(0).getTemplateId(), id);
      steps.equal("the list has the title", own.get(0).getTitle(), TITLE);
      steps.equal("the list has the content", own.get(0).getContent(), CONTENT);
      steps.equal("the list has the industry",
          own.get(0).getPrimaryIndustry() + " " + own.get(0).getDeputyIndustry(), "IT科技 互联网|电子商务");
      steps.equal("the list has an example", !own.get(0).getExample().isEmpty(), true);
      steps.equal("the list has the other id", own.get(1).getTemplateId(), ofClass);
      steps.equal("the list has the chosen keywords", own.get(1).getContent(), "支付金额：{{amount3.DATA}}\n商品名称：{{thing2.DATA}}");
    }
    return id;
  }

  private void deletion(String templateId, Sends sends) {
    steps.equal("delete the template", Account.outcome(() -> account.templates().delPrivateTemplate(templateId)), "true");
    steps.equal("delete it again",
        Account.outcome(() -> account.templates().delPrivateTemplate(templateId)), UNKNOWN_TEMPLATE);
    steps.equal("the list has one left",
        Account.outcome(() -> account.templates().getAllPrivateTemplate().size()), "1");
    WxMpTemplateMessage message = sends.message();
    steps.equal("send with the deleted template",
        Account.outcome(() -> account.templates().sendTemplateMsg(message)), UNKNOWN_TEMPLATE);
  }
}
