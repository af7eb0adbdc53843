<?php

declare(strict_types=1);

/** Prints one line a step and counts them. */
final class Steps
{
    private int $passed = 0;
    private int $failed = 0;

    /** Compares what came with what was expected, as JSON. */
    public function equal(string $step, mixed $got, mixed $expected): bool
    {
        [$came, $wanted] = [self::json($got), self::json($expected)];
        if ($came !== $wanted) {
            $this->failed++;
            echo "not ok $step: got $came, expected $wanted\n";
            return false;
        }
        $this->passed++;
        echo "ok $step\n";
        return true;
    }

    /** A step that the rest cannot do without: it ends the program if it throws. */
    public function needs(string $step, callable $attempt): mixed
    {
        try {
            $answer = $attempt();
        } catch (Throwable $thrown) {
            $this->equal($step, $thrown->getMessage(), null);
            $this->end();
        }
        $this->equal($step, null, null);
        return $answer;
    }

    /** Prints the count and leaves, with 1 if a step failed. */
    public function end(): never
    {
        echo "{$this->passed} passed, {$this->failed} failed\n";
        exit($this->failed > 0 ? 1 : 0);
    }

    private static function json(mixed $value): string
    {
        return json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR);
    }
}
