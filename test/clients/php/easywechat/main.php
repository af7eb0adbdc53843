<?php

// Takes EasyWeChat, unmodified, through the whole life of a mini program's
// template message against the Muban at MUBAN_URL, and then through an official
// account's, with its events.

declare(strict_types=1);

use EasyWeChat\Kernel\Exceptions\HttpException;

require getenv('EASYWECHAT_AUTOLOAD') ?: __DIR__ . '/vendor/autoload.php';
require __DIR__ . '/steps.php';
require __DIR__ . '/native.php';
require __DIR__ . '/mini.php';
require __DIR__ . '/official.php';
require __DIR__ . '/events.php';

$base = rtrim((string) getenv('MUBAN_URL'), '/');
if ($base === '') {
    fwrite(STDERR, "MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080\n");
    exit(1);
}
set_error_handler(function (int $level, string $text, string $file): bool {
    // What newer PHPs deprecate in the library is not what is tried here.
    if ($level === E_DEPRECATED || !(error_reporting() & $level)) {
        return true;
    }
    throw new ErrorException("$text in $file", 0, $level);
});

/** The library's settings of an app, led to Muban. */
function settings(string $base, array $app, array $more = []): array
{
    return $more + [
        'app_id' => $app['app_id'],
        'secret' => $app['secret'],
        'http' => ['base_uri' => $base . '/', 'timeout' => 10],
        'log' => ['default' => 'none', 'channels' => ['none' => ['driver' => 'null']]],
    ];
}

/** "ok", or the errcode and errmsg of a refusal without the request's id. */
function outcome(callable $attempt): string
{
    try {
        $answer = $attempt();
    } catch (HttpException $refused) {
        $answer = $refused->formattedResponse;
    }
    $code = $answer['errcode'] ?? 0;
    return $code === 0 ? 'ok' : $code . ' ' . explode(' rid: ', $answer['errmsg'])[0];
}

$steps = new Steps();
$native = new Native($base);
miniProgram($base, $native, $steps);
$account = officialAccount($base, $native, $steps);
events($base, $native, $steps, $account);
$steps->end();
