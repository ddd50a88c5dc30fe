from django.urls import path

from helphub.spreadsheets import views

app_name = "spreadsheets"
urlpatterns = [
    path("", views.books, name="books"),
    path("sent/<uuid:key>/", views.preview, name="preview"),
    path("sent/<uuid:key>/take/", views.take, name="take"),
    path("sent/<uuid:key>/propose/", views.take, {"may_propose": True}, name="propose"),
    path("sent/<uuid:key>/forget/", views.forget, name="forget"),
    path("sent/<uuid:key>/result/", views.result, name="result"),
    path("<str:label>/", views.book, name="book"),
    path("<str:label>/export/<str:form>/", views.export, name="export"),
    path("<str:label>/export/<str:form>/<str:title>/", views.export, name="export-table"),
]
