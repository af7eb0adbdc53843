<?php

declare(strict_types=1);

use EasyWeChat\Factory;

/** A mini program's template message, from the login of its user to its deletion. */
function miniProgram(string $base, Native $native, Steps $steps): void
{
    $app = $steps->needs('make an app', fn () => $native->createApp(['platform' => 'wechat-mini', 'name' => 'easywechat']));
    $user = $steps->needs('make a user', fn () => $native->createUser($app['app_id'], ['name' => '小明']));
    $wrong = Factory::miniProgram(settings($base, ['secret' => 'not-the-secret'] + $app));
    $steps->equal('token with a wrong secret is refused', outcome(fn () => $wrong->access_token->getToken(true)), '40125 invalid appsecret');
    $mini = Factory::miniProgram(settings($base, $app));
    $token = $steps->needs('token', fn () => $mini->access_token->getToken(true))['access_token'];
    $steps->equal('the token is kept', $mini->access_token->getToken()['access_token'], $token);
    $code = $steps->needs('the user logs in', fn () => $native->loginCode($app['app_id'], $user['open_id']));
    $steps->equal('code2session has the user', $mini->auth->session($code)['openid'] ?? null, $user['open_id']);
    $steps->equal('code2session with the same code again', outcome(fn () => $mini->auth->session($code)), '40163 code been used');

    $id = miniTemplates($mini, $steps);
    miniSends($mini, $native, $steps, $app, $user, $id);

    $steps->equal('template del', outcome(fn () => $mini->template_message->delete($id)), 'ok');
    $steps->equal('template del again', outcome(fn () => $mini->template_message->delete($id)), '40037 invalid template_id');
    $steps->equal('template list is empty', $mini->template_message->getTemplates(0, 20)['list'], []);
}

/** Reads the library, adds a template and answers its id. */
function miniTemplates($mini, Steps $steps): string
{
    $templates = $mini->template_message;
    $first = $templates->list(0, 20);
    $steps->equal('library list fills a page', count($first['list']), 20);
    $titles = [];
    for ($offset = 0; $offset < $first['total_count']; $offset += 20) {
        $titles += array_column($templates->list($offset, 20)['list'], 'title', 'id');
    }
    $steps->equal('library list has as many titles as it says', count($titles), $first['total_count']);
    $steps->equal('library list has the title', $titles['AT0002'], '购买成功通知');
    $names = array_column($templates->get('AT0002')['keyword_list'], 'name', 'keyword_id');
    $steps->equal('library get has the keywords', [$names[3], $names[4], $names[5]], ['购买地点', '购买时间', '物品名称']);
    $steps->equal('template add with an unknown keyword', outcome(fn () => $templates->add('AT0002', [5, 99])), '45075 invalid keyword id');
    $id = $steps->needs('template add', fn () => $templates->add('AT0002', [5, 3, 4])['template_id']);
    $own = $templates->getTemplates(0, 20)['list'];
    $steps->equal('template list has the one template', array_column($own, 'title', 'template_id'), [$id => '购买成功通知']);
    return $id;
}

function miniSends($mini, Native $native, Steps $steps, array $app, array $user, string $id): void
{
    $mint = fn () => $native->mint($app['app_id'], $user['open_id'], 'form');
    $send = fn (string $form, array $change = []) => outcome(fn () => $mini->template_message->send($change + [
        'touser' => $user['open_id'], 'template_id' => $id, 'page' => 'index?foo=bar', 'form_id' => $form,
        'emphasis_keyword' => 'keyword1.DATA',
        'data' => ['keyword1' => ['美式 <大杯> & 糖', '#173177'], 'keyword2' => "TIT造舰厂\n\"二楼\"", 'keyword3' => ['value' => '2019年4月2日']],
    ]));
    $form = $mint();
    $steps->equal('send', $send($form), 'ok');
    $found = $steps->needs('the message is delivered', fn () => $native->delivered($app['app_id'], $form));
    $steps->equal('the message has its user', $found['user'], $user['open_id']);
    $steps->equal('the message has its page', $found['page'], 'index?foo=bar');
    foreach (['美式 <大杯> & 糖', "TIT造舰厂\n\"二楼\"", '2019年4月2日'] as $value) {
        $steps->equal('the message shows ' . strtok($value, "\n"), str_contains($found['rendered'], $value), true);
    }
    $steps->equal('send with the same form again', $send($form), '41029 form id used count reach limit');
    $form = $mint();
    $steps->equal('send with a bad template', $send($form, ['template_id' => 'no-such-template']), '40037 invalid template_id');
    $steps->equal('send with an unknown form', $send('the formId is a mock one'), '41028 invalid form id');
    $steps->equal('send with nothing optional', $send($form, ['page' => '', 'emphasis_keyword' => '', 'data' => []]), 'ok');

    $form = $mint();
    $steps->needs("revoke the app's tokens", fn () => $native->revokeTokens($app['app_id']));
    $steps->equal('send with a dead token recovers by itself', $send($form), 'ok');

    $form = $mint();
    $uniform = fn () => outcome(fn () => $mini->uniform_message->send(['touser' => $user['open_id'], 'weapp_template_msg' => [
        'template_id' => $id, 'form_id' => $form, 'data' => ['keyword1' => '拿铁'],
    ]]));
    $steps->equal('uniform send', $uniform(), 'ok');
    $steps->equal('uniform send with the same form again', $uniform(), '41029 form id used count reach limit');
}
