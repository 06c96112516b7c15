# clamp: I mixed something up; words: not finished
def average(numbers):
    total = 0
    for number in numbers:
        total += number
    return total / len(numbers)


def clamp(x, minimum, maximum):
    if x < minimum:
        return minimum
    return x


def count_words(line):
    return len(line.split())
