import sys

for epoch in range(3000):
    print("epoch", epoch, "loss", 1 / (epoch + 1), "*" * 1000)
print("done", file=sys.stderr)


def mean(values):
    print("values are", values * 100)
    return sum(values) / len(values)


def clamp(value, low, high):
    print(value, low, high)
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    print("x" * 2_000_000)
    return {word: words.count(word) for word in words}
