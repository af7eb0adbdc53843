<?php

declare(strict_types=1);

use EasyWeChat\Factory;

const CALLBACK_TOKEN = 'callback-token';
const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

/** The handshake and the event of every ending, in each mode of protection. */
function events(string $base, Native $native, Steps $steps, array $account): void
{
    $receiver = $steps->needs("start the account's server", fn () => new Receiver($account['app']));
    $templates = Factory::officialAccount(settings($base, $account['app']))->template_message;
    $change = fn (array $members) => $native->changeUser($account['app']['app_id'], $account['user'], $members);
    foreach (['plain', 'safe', 'compat'] as $mode) {
        $callback = ['url' => $receiver->url, 'token' => CALLBACK_TOKEN, 'mode' => $mode] + ($mode === 'plain' ? [] : ['aes_key' => AES_KEY]);
        $steps->needs("$mode: set the callback", fn () => $native->changeApp($account['app']['app_id'], ['callback' => $callback]));
        $verified = $native->call('POST', Native::path($account['app']['app_id'], 'callback', 'verify'));
        $steps->equal("$mode: the handshake", $verified['ok'], true);
        foreach ([
            'success' => ['blocked' => false, 'delivery' => 'ok'],
            'failed:user block' => ['blocked' => true],
            'failed: system failed' => ['blocked' => false, 'delivery' => 'fail'],
        ] as $status => $members) {
            $change($members);
            $sent = $templates->send(['touser' => $account['user'], 'template_id' => $account['template'], 'data' => ['first' => $status]]);
            $event = $steps->needs("$mode, $status: the event comes", fn () => $receiver->next());
            $steps->equal("$mode, $status: its kind", [$event['MsgType'], $event['Event']], ['event', 'TEMPLATESENDJOBFINISH']);
            $steps->equal("$mode, $status: its msgid is that of the send", $event['MsgID'], (string) $sent['msgid']);
            $steps->equal("$mode, $status: its status", $event['Status'], $status);
            $steps->equal("$mode, $status: its user", $event['FromUserName'], $account['user']);
        }
    }
    $native->changeApp($account['app']['app_id'], ['callback' => null]);
}

/** The account's server: PHP's own, with receiver.php, which writes what came into a file. */
final class Receiver
{
    public readonly string $url;
    private string $file;
    private int $read = 0;
    /** @var resource */
    private $server;

    public function __construct(array $app)
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($probe, false);
        fclose($probe);
        $this->url = "http://$address/events";
        $this->file = tempnam(sys_get_temp_dir(), 'easywechat');
        $this->server = proc_open(
            [PHP_BINARY, '-S', $address, __DIR__ . '/receiver.php'],
            [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']],
            $pipes,
            null,
            ['APP_ID' => $app['app_id'], 'TOKEN' => CALLBACK_TOKEN, 'AES_KEY' => AES_KEY, 'EVENTS' => $this->file] + getenv(),
        );
        register_shutdown_function(function (): void {
            proc_terminate($this->server);
            unlink($this->file);
        });
        $this->wait(fn () => @fsockopen('127.0.0.1', (int) substr(strrchr($address, ':'), 1)) ?: null);
    }

    /** Waits for the next event. */
    public function next(): array
    {
        return $this->wait(function (): ?array {
            $lines = file($this->file, FILE_IGNORE_NEW_LINES);
            return isset($lines[$this->read]) ? json_decode($lines[$this->read++], true) : null;
        });
    }

    private function wait(callable $attempt): mixed
    {
        for ($until = microtime(true) + 10; microtime(true) < $until; usleep(20_000)) {
            $came = $attempt();
            if ($came !== null) {
                return $came;
            }
        }
        throw new RuntimeException('nothing came within 10 seconds');
    }
}
