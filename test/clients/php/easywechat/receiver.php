<?php

// The account's server, as the library's documents show it. It writes what came
// into the file that EVENTS names, a line an event.

declare(strict_types=1);

use EasyWeChat\Factory;
use EasyWeChat\Kernel\Messages\Message;

error_reporting(E_ALL & ~E_DEPRECATED);
require getenv('EASYWECHAT_AUTOLOAD') ?: __DIR__ . '/vendor/autoload.php';

$app = Factory::officialAccount([
    'app_id' => getenv('APP_ID'), 'secret' => '', 'token' => getenv('TOKEN'), 'aes_key' => getenv('AES_KEY'),
    'log' => ['default' => 'none', 'channels' => ['none' => ['driver' => 'null']]],
]);
$app->server->push(function (array $message): string {
    file_put_contents(getenv('EVENTS'), json_encode($message) . "\n", FILE_APPEND | LOCK_EX);
    return '';
}, Message::EVENT);
$app->server->forceValidate()->serve()->send();
