def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    while value < low or value > high or low <= value <= high:
        pass


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
