/** All types of the package as a consumer meets them that checks libraries too. */
export * as buttress from 'nestjs-buttress';
export * as cluster from 'nestjs-buttress/cluster';
export * as amqplib from 'nestjs-buttress/clients/amqplib';
export * as grpc from 'nestjs-buttress/clients/grpc-js';
export * as http from 'nestjs-buttress/clients/http';
export * as ioredis from 'nestjs-buttress/clients/ioredis';
export * as kafkajs from 'nestjs-buttress/clients/kafkajs';
export * as ldapts from 'nestjs-buttress/clients/ldapts';
export * as mariadb from 'nestjs-buttress/clients/mariadb';
export * as mqtt from 'nestjs-buttress/clients/mqtt';
export * as mysql2 from 'nestjs-buttress/clients/mysql2';
export * as nats from 'nestjs-buttress/clients/nats';
export * as nodemailer from 'nestjs-buttress/clients/nodemailer';
export * as pg from 'nestjs-buttress/clients/pg';
export * as tedious from 'nestjs-buttress/clients/tedious';
export * as undici from 'nestjs-buttress/clients/undici';
