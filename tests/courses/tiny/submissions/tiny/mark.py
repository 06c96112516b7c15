mean = lambda values: sum(values) / len(values)


def clamp(value, low, high):
    return sorted([low, value, high])[1]


def word_count(text):
    text = text.lower()
    return {word: text.split().count(word) for word in set(text.split())}
