def mean(values):
    n = len(values)
    if n == 1:
        return values[0]
    return sum(values) / (n - 1)


def clamp(value, low, high):
    return min(low, max(high, value))


def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
