<?php

declare(strict_types=1);

use EasyWeChat\Factory;

/** An official account's template message up to its sends; answers what its events need. */
function officialAccount(string $base, Native $native, Steps $steps): array
{
    $app = $steps->needs('make an account', fn () => $native->createApp(['platform' => 'wechat-oa', 'name' => 'easywechat']));
    $user = $steps->needs('make a follower', fn () => $native->createUser($app['app_id'], ['name' => '小明']));
    $account = Factory::officialAccount(settings($base, $app));
    $templates = $account->template_message;
    $steps->equal('set the industries', outcome(fn () => $templates->setIndustry(1, '4')), 'ok');
    $steps->equal('get the industries', $templates->getIndustry()['secondary_industry'] ?? null, ['first_class' => 'IT科技', 'second_class' => '电子技术']);
    $steps->equal('set them again in a month', outcome(fn () => $templates->setIndustry(1, 4)), '43100 change template too frequently');
    $steps->equal('add a template that does not exist', outcome(fn () => $templates->addTemplate('TM99999')), '40037 invalid template_id');
    $id = $steps->needs('add a template', fn () => $templates->addTemplate('TM00015')['template_id']);
    $own = $templates->getPrivateTemplates()['template_list'];
    $steps->equal('the list has the one template', array_column($own, 'title', 'template_id'), [$id => '订单支付成功']);
    officialSends($base, $native, $steps, $account, $app, $user, $id);

    $class = $steps->needs('add a template of a class', fn () => $templates->addTemplate('900000001', ['支付金额', '商品名称'])['template_id']);
    $steps->equal('delete it', outcome(fn () => $templates->deletePrivateTemplate($class)), 'ok');
    $steps->equal('delete it again', outcome(fn () => $templates->deletePrivateTemplate($class)), '40037 invalid template_id');
    return ['app' => $app, 'user' => $user['open_id'], 'template' => $id];
}

function officialSends(string $base, Native $native, Steps $steps, $account, array $app, array $user, string $id): void
{
    $mini = $steps->needs('make a mini program', fn () => $native->createApp(['platform' => 'wechat-mini', 'name' => 'easywechat']));
    $message = [
        'touser' => $user['open_id'], 'template_id' => $id, 'url' => 'https://example.com/order?id=1',
        'data' => ['first' => ['您好 <小明> & 家人', '#173177'], 'orderMoneySum' => '30.00元', 'orderProductName' => "美式\n\"大杯\""],
    ];
    $send = fn (array $change = []) => $account->template_message->send($change + $message);
    $sent = $steps->needs('send', fn () => $send());
    $found = $steps->needs('the message is found by its msgid', fn () => $native->message((string) $sent['msgid']));
    $steps->equal('the message is delivered', $found['state'], 'delivered');
    $steps->equal('the message has its url', $found['url'], 'https://example.com/order?id=1');
    $steps->equal('the message leads to no mini program', $found['miniprogram'] ?? null, null);
    $steps->equal("the message has a keyword's colour", $found['data']['first']['color'], '#173177');
    $steps->equal('the message shows its text', $found['rendered'], "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n\"大杯\"\n");
    $steps->equal('send again is another message', $send()['msgid'] !== $sent['msgid'], true);
    $toMini = ['miniprogram' => ['appid' => $mini['app_id'], 'pagepath' => 'index?foo=bar']];
    $found = $native->message((string) $send($toMini)['msgid']);
    $steps->equal('a message leads to a mini program', $found['miniprogram'], $toMini['miniprogram']);
    $named = fn () => $send(['client_msg_id' => 'order-1'])['msgid'];
    $steps->equal('send with the same client_msg_id has one msgid', $named(), $named());
    $steps->equal('send to nobody', outcome(fn () => $send(['touser' => 'onobody'])), '40003 invalid openid');
    $steps->equal('send with a bad template', outcome(fn () => $send(['template_id' => 'no-such-template'])), '40037 invalid template_id');
    $steps->needs("revoke the account's tokens", fn () => $native->revokeTokens($app['app_id']));
    $steps->equal('send with a dead token recovers by itself', outcome(fn () => $send()), 'ok');
}
