<?php
// Send one message, a hundred, one by Telegram and Viber first, and read a status.
// Takes CASCADE_BASE_URL and CASCADE_API_KEY from the environment; prints the status.
declare(strict_types=1);

function call(string $path, ?array $body = null): array
{
    $options = [
        'header' => 'X-Authorization-Key: ' . getenv('CASCADE_API_KEY')
            . "\r\nContent-Type: application/json",
        'timeout' => 30,
    ];
    if ($body !== null) {
        $options += ['method' => 'POST', 'content' => json_encode($body, JSON_THROW_ON_ERROR)];
    }
    $context = stream_context_create(['http' => $options]);
    $answer = file_get_contents(getenv('CASCADE_BASE_URL') . $path, false, $context);
    if ($answer === false) {
        exit(1);
    }
    return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
}

function send(string $route, array $ids): array
{
    return call("/api/CascadeMessage/send_message/$route", array_map(fn(string $id) => [
        'id' => $id,
        'fromName' => 'Brand',
        'toPhone' => '+380501112233',
        'messageType' => 'promo',
        'text' => 'Привіт!',
    ], $ids));
}

$receipt = send('async', ['one'])[0];
send('async', array_map(fn(int $number) => "bulk-$number", range(1, 100)));
send('tg-viber/async', ['priority']);
echo json_encode(call('/bat/message/' . $receipt['messageId'])), "\n";
