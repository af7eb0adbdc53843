package muban.clients.popular;

import muban.clients.Attempt;
import muban.clients.Native;
import muban.clients.Steps;
import weixin.popular.bean.BaseResult;

/**
 * Takes weixin-popular, unmodified, through the whole life of the template
 * messages of a mini program and of an official account against the Muban at
 * MUBAN_URL, and receives the account's events.
 */
public final class Main {
  static final String OK = "0 ok";
  // The refusals that both have, as the platform words them.
  static final String WRONG_SECRET = "40125 invalid appsecret";
  static final String DEAD_TOKEN = "40001 invalid credential, access_token is invalid or not latest";
  static final String UNKNOWN_OPEN_ID = "40003 invalid openid";
  static final String UNKNOWN_TEMPLATE = "40037 invalid template_id";

  public static void main(String[] arguments) {
    Redirect.toMuban();
    Steps steps = new Steps();
    Native muban = new Native(Steps.mubanUrl());
    MiniProgram mini = new MiniProgram(steps, muban);
    mini.run();
    new Account(steps, muban, mini.appId()).run();
    steps.end();
  }

  /** The errcode and errmsg that the library answers, without the request's id; what is no refusal is ok. */
  static String outcome(Attempt<? extends BaseResult> attempt) {
    try {
      BaseResult answer = attempt.run();
      // Where the platform answers no errcode, there is none.
      return answer.getErrcode() == null ? OK : answer.getErrcode() + " " + answer.getErrmsg().split(" rid: ")[0];
    } catch (Exception e) {
      return e.toString();
    }
  }
}
