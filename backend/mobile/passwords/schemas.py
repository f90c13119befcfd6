"""Shapes of changing and resetting a password."""

from backend.web.schemas import In, text_field


class RequestPasswordResetIn(In):
    login = text_field(254, required=True, metadata={"description": "E-mail address or phone number."})


class ResetPasswordIn(In):
    login = text_field(254, required=True)
    code = text_field(16, required=True, metadata={"description": "The digits from the letter."})
    new_password = text_field(200, required=True)


class ChangePasswordIn(In):
    current_password = text_field(200, required=True)
    new_password = text_field(200, required=True)
