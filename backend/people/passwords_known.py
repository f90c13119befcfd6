"""Passwords of ten characters and more that everybody tries first. Lower case; kept short on purpose."""

_TEXT = """
    0123456789 1234567890 12345678900 123456789a 123456789q 1234567891 12345678910 1234567899 0987654321
    9876543210 1029384756 1112223334 1122334455 1212121212 1231231231 123123123a 1234512345 123321123321
    1234554321 123654789a 147258369a 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc qazwsxedcrfv
    q1w2e3r4t5 q1w2e3r4t5y6 qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop1 qwertyuiop123
    asdfghjkl1 asdfghjkl; asdfghjkl123 zxcvbnm123 zxcvbnm,./ abcdefghij abcdefghijk abcd123456 abcde12345
    abc1234567 abc123456789 a123456789 a1b2c3d4e5 aa12345678 aa123456789 password00 password01 password1!
    password10 password11 password12 password123 password1234 password12345 passw0rd12 passw0rd123 p@ssw0rd12
    p@ssw0rd123 p@ssword123 password!! passwordpassword mypassword mypassword1 newpassword newpassword1
    changeme12 changeme123 letmein123 welcome123 welcome1234 iloveyou12 iloveyou123 iloveyou1234 ilovejesus
    sunshine12 sunshine123 princess12 princess123 football12 football123 baseball12 baseball123 basketball
    superman12 superman123 administrator admin12345 admin123456 administrator1 liverpool1 manchester
    michelle12 chocolate1 strawberry doraemon12 pikachu123 hellokitty hellokitty1 dragonball dragonball1
    sakura1234 sakura12345 tokyo12345 japan12345 nippon1234 nihonjin12 arigatou12 hokkaido12 hokkaido123
    hokkaido1234 kushiro123 kushiro1234 kushiro12345 kushirocity meguri1234 meguri12345 meguripoint
    meguripoints konnichiwa konnichiwa1 ohayougozaimasu watashiwa1
"""

KNOWN_PASSWORDS = frozenset(_TEXT.split())
