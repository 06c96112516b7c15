def mean(values):
    table = [0.0] * (2 << 30)
    return sum(values) / len(table)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
