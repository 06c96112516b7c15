import time

while True:
    time.sleep(0.1)  # waiting for a file that never comes


def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
