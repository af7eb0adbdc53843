package muban.clients.mp;

import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import me.chanjar.weixin.mp.bean.message.WxMpXmlMessage;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateData;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateMessage;
import me.chanjar.weixin.mp.config.impl.WxMpDefaultConfigImpl;
import muban.clients.Native;
import muban.clients.Steps;

/** The handshake and the event of every ending, in each mode of protection. */
final class Events {
  private static final String TOKEN = "callback-token";
  private static final String AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  private final Steps steps;
  private final Native muban;
  private final Account account;
  private final String templateId;

  Events(Steps steps, Native muban, Account account, String templateId) {
    this.steps = steps;
    this.muban = muban;
    this.account = account;
    this.templateId = templateId;
  }

  void run() {
    WxMpDefaultConfigImpl config = (WxMpDefaultConfigImpl) account.service().getWxMpConfigStorage();
    config.setToken(TOKEN);
    config.setAesKey(AES_KEY);
    try (Receiver receiver = steps.needs("start the account's server", () -> new Receiver(account.service()))) {
      for (String mode : new String[] {"plain", "safe", "compat"}) {
        handshake(receiver, mode);
        change("blocked", false, "delivery", "ok");
        ending(receiver, mode, "delivered ", "success");
        change("blocked", true);
        ending(receiver, mode, "refused user_block", "failed:user block");
        change("blocked", false, "delivery", "fail");
        ending(receiver, mode, "failed system_failed", "failed: system failed");
      }
    }
    change("delivery", "ok");
    steps.needs("take the account's server away", () -> {
      muban.changeApp(account.appId(), Collections.singletonMap("callback", null));
      return null;
    });
  }

  private void handshake(Receiver receiver, String mode) {
    Map<String, String> settings = new TreeMap<>(Map.of("url", receiver.url(), "token", "another-token", "mode", mode));
    if (!mode.equals("plain")) {
      settings.put("aes_key", AES_KEY);
    }
    steps.equal(mode + ": the handshake under another token", handshaken(settings), false);
    settings.put("token", TOKEN);
    steps.equal(mode + ": the handshake", handshaken(settings), true);
  }

  private boolean handshaken(Map<String, String> settings) {
    return steps.needs("set the callback", () -> {
      muban.changeApp(account.appId(), Map.of("callback", settings));
      JsonObject verified = muban.call("POST", Native.appPath(account.appId(), "callback", "verify"), null).getAsJsonObject();
      return verified.get("ok").getAsBoolean();
    });
  }

  private void change(Object... members) {
    Map<String, Object> change = new TreeMap<>();
    for (int i = 0; i < members.length; i += 2) {
      change.put((String) members[i], members[i + 1]);
    }
    steps.needs("change the follower", () -> {
      muban.changeUser(account.appId(), account.openId(), change);
      return null;
    });
  }

  private void ending(Receiver receiver, String mode, String state, String status) {
    String name = mode + ", " + status + ": ";
    WxMpTemplateMessage message = WxMpTemplateMessage.builder().toUser(account.openId()).templateId(templateId).build()
        .addData(new WxMpTemplateData("first", name));
    String id = steps.needs(name + "send", () -> account.templates().sendTemplateMsg(message));
    WxMpXmlMessage event = steps.needs(name + "the event comes to its rule", receiver::next);
    steps.equal(name + "its kind", event.getMsgType() + " " + event.getEvent(), "event TEMPLATESENDJOBFINISH");
    // The library reads a template event's MsgID into what it calls MsgId elsewhere.
    steps.equal(name + "its msgid is that of the send", event.getMsgId(), id);
    steps.equal(name + "its status", event.getStatus(), status);
    steps.equal(name + "its user", event.getFromUser(), account.openId());
    JsonObject found = steps.needs(name + "the message is found", () -> muban.message(id));
    steps.equal(name + "the message says the same", Native.text(found, "state") + " " + Native.text(found, "reason"), state);
  }
}
