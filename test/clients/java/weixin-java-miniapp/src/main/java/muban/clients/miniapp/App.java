package muban.clients.miniapp;

import cn.binarywang.wx.miniapp.api.WxMaMsgService;
import cn.binarywang.wx.miniapp.api.WxMaService;
import cn.binarywang.wx.miniapp.api.WxMaTemplateService;
import cn.binarywang.wx.miniapp.api.impl.WxMaServiceImpl;
import cn.binarywang.wx.miniapp.config.impl.WxMaDefaultConfigImpl;
import me.chanjar.weixin.common.error.WxError;
import me.chanjar.weixin.common.error.WxErrorException;
import muban.clients.Attempt;

/** A mini program, a user of it, and the library's client of it. */
record App(String appId, String secret, String openId, WxMaService service) {
  App(String appId, String secret, String openId) {
    this(appId, secret, openId, service(appId, secret));
  }

  /** The library's client of an app, led to Muban. */
  static WxMaService service(String appId, String secret) {
    WxMaDefaultConfigImpl config = new WxMaDefaultConfigImpl();
    config.setAppid(appId);
    config.setSecret(secret);
    config.setApacheHttpClientBuilder(new Redirect());
    WxMaService service = new WxMaServiceImpl();
    service.setWxMaConfig(config);
    return service;
  }

  WxMaTemplateService templates() {
    return service.getTemplateService();
  }

  WxMaMsgService messages() {
    return service.getMsgService();
  }

  /** What came, or the errcode and errmsg of the refusal without the request's id. */
  static String outcome(Attempt<?> attempt) {
    try {
      return String.valueOf(attempt.run());
    } catch (WxErrorException e) {
      // The library puts Chinese words of its own over the platform's text.
      WxError error = e.getError();
      String text = error.getErrorMsgEn() == null ? error.getErrorMsg() : error.getErrorMsgEn();
      return error.getErrorCode() + " " + text.split(" rid: ")[0];
    } catch (Exception e) {
      return e.toString();
    }
  }
}
