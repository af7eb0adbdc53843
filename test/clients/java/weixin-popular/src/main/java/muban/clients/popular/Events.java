package muban.clients.popular;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import muban.clients.Native;
import muban.clients.Steps;
import weixin.popular.bean.message.EventMessage;

/** The handshake and the event of every ending, in each mode of protection. */
final class Events {
  static final String TOKEN = "callback-token";
  static final String AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

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
    try (Receiver receiver = steps.needs("start the account's server", () -> new Receiver(account.appId()))) {
      for (String mode : new String[] {"plain", "safe", "compat"}) {
        handshake(receiver, mode);
        change("blocked", false, "delivery", "ok");
        ending(receiver, mode, "success");
        change("blocked", true);
        ending(receiver, mode, "failed:user block");
        change("blocked", false, "delivery", "fail");
        ending(receiver, mode, "failed: system failed");
      }
    }
    change("delivery", "ok");
  }

  private void handshake(Receiver receiver, String mode) {
    Map<String, String> settings = new TreeMap<>(Map.of("url", receiver.url(), "token", TOKEN, "mode", mode));
    if (!mode.equals("plain")) {
      settings.put("aes_key", AES_KEY);
    }
    JsonObject verified = steps.needs(mode + ": set the callback", () -> {
      muban.changeApp(account.appId(), Map.of("callback", settings));
      return muban.call("POST", Native.appPath(account.appId(), "callback", "verify"), null).getAsJsonObject();
    });
    steps.equal(mode + ": the handshake", verified.get("ok"), true);
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

  private void ending(Receiver receiver, String mode, String status) {
    String name = mode + ", " + status + ": ";
    String id = String.valueOf(steps.needs(name + "send", () -> account.send(account.message(templateId))).getMsgid());
    EventMessage event = steps.needs(name + "the event is verified and read", receiver::next);
    steps.equal(name + "its kind", event.getMsgType() + " " + event.getEvent(), "event TEMPLATESENDJOBFINISH");
    // The library reads a template event's MsgID into what it calls MsgId elsewhere.
    steps.equal(name + "its msgid is that of the send", event.getMsgId(), id);
    steps.equal(name + "its status", event.getStatus(), status);
    steps.equal(name + "its user", event.getFromUserName(), account.openId());
    steps.equal(name + "the library's answer was understood", steps.needs(name + "the callback ends", () -> state(id)), "delivered");
  }

  /** Waits for the end of a message's callback. */
  private String state(String messageId) throws Exception {
    String state = "none";
    for (int i = 0; i < 100; i++) {
      JsonArray newest = muban.call("GET", "/api/v1/callbacks?limit=1&app_id=" + account.appId(), null)
          .getAsJsonObject().getAsJsonArray("items");
      if (!newest.isEmpty() && Native.text(newest.get(0).getAsJsonObject(), "message_id").equals(messageId)) {
        state = Native.text(newest.get(0).getAsJsonObject(), "state");
      }
      if (state.equals("delivered") || state.equals("failed")) {
        break;
      }
      Thread.sleep(50);
    }
    return state;
  }
}
