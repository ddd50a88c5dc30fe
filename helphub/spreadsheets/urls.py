from django.urls import path

from helphub.spreadsheets import local_figures, views

app_name = "spreadsheets"
urlpatterns = [
    path("", views.books, name="books"),
    path("sent/<uuid:key>/", views.preview, name="preview"),
    path("sent/<uuid:key>/take/", views.take, name="take"),
    path("sent/<uuid:key>/propose/", views.take, {"may_propose": True}, name="propose"),
    path("sent/<uuid:key>/forget/", views.forget, name="forget"),
    path("sent/<uuid:key>/result/", views.result, name="result"),
    path("local-figures/<int:key>/", local_figures.local_figures, name="local-figures"),
    path("local-figures/<int:key>/file/", local_figures.file_to_fill_in, name="local-figures-file"),
    path("<str:label>/", views.book, name="book"),
    path("<str:label>/export/<str:form>/", views.export, name="export"),
    path("<str:label>/export/<str:form>/<str:title>/", views.export, name="export-table"),
]
