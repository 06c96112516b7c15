"""The tests, tested: does an assignment accept what is right and catch what is wrong?"""
