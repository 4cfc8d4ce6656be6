"""Who may sign in: active people, by e-mail and password, in the same time whether the account exists or not."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from lms_portal.accounts.models import User


class ActivePeople(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Looks an address up once and hashes one password in every case. Somebody disabled gets the answer of a wrong password."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        user = User.objects.filter(email=email.strip().lower()).first()
        return self._check_password(user, password)

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        if user is None:
            return None
        self._did_check_password = True
        correct = user.check_password(password)
        return user if correct and user.is_active else None
