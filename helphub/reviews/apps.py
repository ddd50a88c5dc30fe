from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "helphub.reviews"
    verbose_name = "Reviews"
