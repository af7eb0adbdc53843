package muban.clients.miniapp4;

import cn.binarywang.wx.miniapp.api.WxMaService;
import cn.binarywang.wx.miniapp.api.impl.WxMaServiceImpl;
import cn.binarywang.wx.miniapp.config.impl.WxMaDefaultConfigImpl;
import me.chanjar.weixin.common.error.WxError;
import me.chanjar.weixin.common.error.WxErrorException;
import me.chanjar.weixin.common.error.WxRuntimeException;
import muban.clients.Attempt;
import muban.clients.Steps;

/** A mini program, a user of it, and the library's client of it. */
record App(String appId, String secret, String openId, WxMaService service) {
  App(String appId, String secret, String openId) {
    this(appId, secret, openId, service(appId, secret, false));
  }

  /** The library's client of an app, led to Muban. */
  static WxMaService service(String appId, String secret, boolean stableToken) {
    WxMaDefaultConfigImpl config = new WxMaDefaultConfigImpl();
    config.setAppid(appId);
    config.setSecret(secret);
    config.useStableAccessToken(stableToken);
    config.setApiHostUrl(Steps.mubanUrl());
    WxMaService service = new WxMaServiceImpl();
    service.setWxMaConfig(config);
    return service;
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
