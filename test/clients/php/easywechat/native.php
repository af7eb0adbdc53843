<?php

declare(strict_types=1);

/**
 * Muban's own API, which plays the people around the client: who makes the app,
 * and who fills in its forms, follows it and reads its messages.
 */
final class Native
{
    public function __construct(private string $base)
    {
    }

    /** Sends a body as JSON, or nothing, and reads the answer; a problem is thrown. */
    public function call(string $method, string $path, ?array $body = null): ?array
    {
        $request = curl_init($this->base . $path);
        curl_setopt_array($request, [
            CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30,
        ]);
        if ($body !== null) {
            curl_setopt($request, CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
            curl_setopt($request, CURLOPT_POSTFIELDS, json_encode($body));
        }
        $answer = curl_exec($request);
        $status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
        if ($answer === false || $status >= 300) {
            throw new RuntimeException("$method $path: $status: $answer" . curl_error($request));
        }
        return $answer === '' ? null : json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
    }

    public function createApp(array $members): array
    {
        return $this->call('POST', '/api/v1/apps', $members);
    }

    public function changeApp(string $appId, array $change): void
    {
        $this->call('PATCH', self::path($appId), $change);
    }

    public function createUser(string $appId, array $members): array
    {
        return $this->call('POST', self::path($appId, 'users'), $members);
    }

    public function changeUser(string $appId, string $user, array $change): void
    {
        $this->call('PATCH', self::path($appId, 'users', $user), $change);
    }

    public function createTemplate(string $appId, array $template): string
    {
        return $this->call('POST', self::path($appId, 'templates'), $template)['template_id'];
    }

    /** Makes a grant and answers its id: what the platform calls form_id. */
    public function mint(string $appId, string $user, string $kind): string
    {
        return $this->call('POST', self::path($appId, 'grants'), ['user' => $user, 'kind' => $kind])['grants'][0]['id'];
    }

    /** Waits for the message that a grant paid for. */
    public function delivered(string $appId, string $grantId): array
    {
        $query = http_build_query(['app_id' => $appId, 'grant_id' => $grantId, 'state' => 'delivered', 'wait' => '10s']);
        $items = $this->call('GET', "/api/v1/messages?$query")['items'];
        return $items[0] ?? throw new RuntimeException("no message of grant $grantId was delivered");
    }

    public function message(string $id): array
    {
        return $this->call('GET', "/api/v1/messages/$id");
    }

    public function inbox(string $appId, string $user): array
    {
        return $this->call('GET', self::path($appId, 'users', $user, 'inbox'));
    }

    public function loginCode(string $appId, string $user): string
    {
        return $this->call('POST', self::path($appId, 'users', $user, 'login-codes'))['code'];
    }

    public function revokeTokens(string $appId): void
    {
        $this->call('POST', self::path($appId, 'tokens', 'revoke'));
    }

    public static function path(string $appId, string ...$parts): string
    {
        return '/api/v1/apps/' . implode('/', array_map('rawurlencode', [$appId, ...$parts]));
    }
}
