"""The one way the services say no."""


class ServiceError(Exception):
    """What stands in the way of starting, in one line that names the way out.

    Whoever runs a command sees this line and nothing else: `manage.py` prints it without a traceback.
    """
