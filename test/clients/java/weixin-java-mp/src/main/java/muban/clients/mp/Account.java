package muban.clients.mp;

import me.chanjar.weixin.common.error.WxError;
import me.chanjar.weixin.common.error.WxErrorException;
import me.chanjar.weixin.common.error.WxRuntimeException;
import me.chanjar.weixin.mp.api.WxMpService;
import me.chanjar.weixin.mp.api.WxMpTemplateMsgService;
import me.chanjar.weixin.mp.api.impl.WxMpServiceImpl;
import me.chanjar.weixin.mp.config.WxMpHostConfig;
import me.chanjar.weixin.mp.config.impl.WxMpDefaultConfigImpl;
import muban.clients.Attempt;
import muban.clients.Steps;

/** An official account, a follower of it, and the library's client of it. */
record Account(String appId, String secret, String openId, WxMpService service) {
  Account(String appId, String secret, String openId) {
    this(appId, secret, openId, service(appId, secret, false));
  }

  /** The library's client of an account, led to Muban. */
  static WxMpService service(String appId, String secret, boolean stableToken) {
    WxMpDefaultConfigImpl config = new WxMpDefaultConfigImpl();
    config.setAppId(appId);
    config.setSecret(secret);
    config.useStableAccessToken(stableToken);
    config.setHostConfig(WxMpHostConfig.builder().apiHost(Steps.mubanUrl()).build());
    WxMpService service = new WxMpServiceImpl();
    service.setWxMpConfigStorage(config);
    return service;
  }

  WxMpTemplateMsgService templates() {
    return service.getTemplateMsgService();
  }

  /** What came, or the errcode and errmsg of the refusal without the request's id. */
  static String outcome(Attempt<?> attempt) {
    try {
      return String.valueOf(attempt.run());
    } catch (WxErrorException e) {
      return refusal(e.getError());
    } catch (WxRuntimeException e) {
      return e.getCause() instanceof WxErrorException cause ? refusal(cause.getError()) : e.toString();
    } catch (Exception e) {
      return e.toString();
    }
  }

  // The library puts Chinese words of its own over the platform's text.
  private static String refusal(WxError error) {
    String text = error.getErrorMsgEn() == null ? error.getErrorMsg() : error.getErrorMsgEn();
    return error.getErrorCode() + " " + text.split(" rid: ")[0];
  }
}
